-- How somebody wants to be spoken with, what they have said about themselves, and where they came from.

ALTER TABLE people ADD COLUMN text_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN plain_words INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN with_helper INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN zone TEXT NOT NULL DEFAULT '';
-- Minutes after midnight in the person's zone; both or neither.
ALTER TABLE people ADD COLUMN quiet_from INTEGER;
ALTER TABLE people ADD COLUMN quiet_until INTEGER;
ALTER TABLE people ADD COLUMN best_hour INTEGER;
-- A pause is a stop with an end.
ALTER TABLE people ADD COLUMN paused_until INTEGER;
ALTER TABLE people ADD COLUMN active_at INTEGER;
-- How they take part: by themselves in the chat, or through staff by telephone, on paper or at a stall.
ALTER TABLE people ADD COLUMN channel TEXT NOT NULL DEFAULT 'chat'
    CHECK (channel IN ('chat', 'phone', 'paper', 'stall'));
-- A code of their own, as a salted hash, asked for before their data are shown or erased.
ALTER TABLE people ADD COLUMN code TEXT NOT NULL DEFAULT '';

-- What the organisation asks about people. Labels and reasons are JSON by language.
CREATE TABLE attributes (
    key TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('choice', 'birth_year', 'area')),
    sensitive INTEGER NOT NULL DEFAULT 0,
    labels TEXT NOT NULL,
    reasons TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- One option, band or area. `least` and `most` are ages in years; `prefixes` are beginnings of postcodes, `latitude`
-- and `longitude` its middle in millionths of a degree; `target` is the census share in parts per million.
CREATE TABLE attribute_options (
    attribute_key TEXT NOT NULL REFERENCES attributes (key) ON DELETE CASCADE,
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    labels TEXT NOT NULL,
    target INTEGER,
    least INTEGER,
    most INTEGER,
    prefixes TEXT NOT NULL DEFAULT '[]',
    latitude INTEGER,
    longitude INTEGER,
    PRIMARY KEY (attribute_key, key)
) STRICT;

-- What somebody has said about themselves, one value a person: JSON by attribute, sealed.
CREATE TABLE profiles (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    values_given TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- A link or QR code in a place: what it opens, and what it brought.
CREATE TABLE links (
    token TEXT PRIMARY KEY,
    venue TEXT NOT NULL,
    opens TEXT NOT NULL,
    created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE TABLE openings (
    token TEXT NOT NULL REFERENCES links (token) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (token, person_id)
) STRICT;

-- How many came, left, were erased and so on, by day: numbers only, kept when the people are gone.
CREATE TABLE movements (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) STRICT;

-- What erased people had answered in published results, as counts that belong to nobody.
CREATE TABLE kept_counts (
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (question_id, value)
) STRICT;
CREATE TABLE kept_turnout (
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (consultation_id, state)
) STRICT;

CREATE TABLE kept_verdicts (
    outcome_id TEXT NOT NULL REFERENCES outcomes (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (outcome_id, verdict)
) STRICT;
ALTER TABLE topics ADD COLUMN kept_supporters INTEGER NOT NULL DEFAULT 0;

-- Answers that staff take for somebody are counted by the way they came.
ALTER TABLE responses ADD COLUMN channel TEXT NOT NULL DEFAULT 'chat';
ALTER TABLE responses ADD COLUMN with_helper INTEGER NOT NULL DEFAULT 0;

-- The key that opens what is kept about one person, itself sealed; without it nothing of theirs can be read.
CREATE TABLE data_keys (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL
) STRICT;
INSERT INTO data_keys (person_id, sealed) SELECT id, '' FROM people;

-- The Telegram id is sealed, and found by a keyed hash of it.
CREATE TABLE identities_kept (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    lookup TEXT NOT NULL UNIQUE,
    telegram_id TEXT NOT NULL,
    unreachable_at INTEGER
) STRICT;
INSERT INTO identities_kept (person_id, lookup, telegram_id, unreachable_at)
SELECT person_id, CAST(telegram_id AS TEXT), CAST(telegram_id AS TEXT), unreachable_at FROM identities;
DROP TABLE identities;
ALTER TABLE identities_kept RENAME TO identities;

-- What hangs on a person is found quickly when they are erased.
CREATE INDEX audit_actor ON audit (actor_id);
CREATE INDEX consents_person ON consents (person_id);
CREATE INDEX topics_proposer ON topics (proposer_id);
CREATE INDEX verdicts_person ON verdicts (person_id);

-- Everybody who can be written to, and how.
CREATE VIEW recipients AS
SELECT p.id, p.language, p.role, p.stopped, p.text_only, p.plain_words, p.zone, p.quiet_from, p.quiet_until,
    p.best_hour
FROM people AS p JOIN identities AS i ON i.person_id = p.id;

-- Verdicts of people who are here and of those who were, counted.
CREATE VIEW all_verdicts AS
SELECT o.consultation_id, v.verdict, 1 AS number FROM verdicts AS v JOIN outcomes AS o ON o.id = v.outcome_id
UNION ALL
SELECT o.consultation_id, k.verdict, k.number FROM kept_verdicts AS k JOIN outcomes AS o ON o.id = k.outcome_id;
