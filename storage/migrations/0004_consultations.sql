-- Asking: a consultation, its short survey, who was asked and what they answered.

-- A draft is kept from its first sentence on; what is not known yet is empty.
CREATE TABLE consultations (
    id TEXT PRIMARY KEY,
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL DEFAULT '',
    closes_at INTEGER,
    decides_on TEXT,
    report_by TEXT,
    responsible_id TEXT REFERENCES people (id) ON DELETE SET NULL,
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'scheduled', 'open', 'closed', 'cancelled')),
    publish_at INTEGER,
    created_at INTEGER NOT NULL,
    published_at INTEGER,
    closed_at INTEGER,
    CHECK (state = 'draft' OR (closes_at IS NOT NULL AND decides_on IS NOT NULL AND report_by IS NOT NULL))
) STRICT;
CREATE INDEX consultations_state ON consultations (state, id);

CREATE TABLE questions (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('one', 'many', 'scale', 'number', 'text')),
    wording TEXT NOT NULL,
    options TEXT NOT NULL DEFAULT '[]',
    optional INTEGER NOT NULL DEFAULT 0,
    least INTEGER,
    most INTEGER,
    source TEXT NOT NULL DEFAULT '',
    UNIQUE (consultation_id, position)
) STRICT;

-- One person asked in one consultation; answers hang on the response, never on the person.
CREATE TABLE responses (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('invited', 'started', 'finished', 'declined')),
    invited_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    reminded_at INTEGER,
    UNIQUE (consultation_id, person_id)
) STRICT;
CREATE INDEX responses_person ON responses (person_id);

-- A value is JSON: the position of an option, several positions, a number, words; null where it was skipped.
CREATE TABLE answers (
    response_id TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE,
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (response_id, question_id)
) STRICT;
-- What was published when a consultation closed, as JSON; it stays what it was, for a second publication could be
-- subtracted from the first.
CREATE TABLE published_results (
    consultation_id TEXT PRIMARY KEY REFERENCES consultations (id) ON DELETE CASCADE,
    figures TEXT NOT NULL,
    published_at INTEGER NOT NULL
) STRICT;

CREATE INDEX answers_question ON answers (question_id);
