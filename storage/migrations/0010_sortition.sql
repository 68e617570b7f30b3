-- Panels chosen by lot: what kind a panel is, who would like to be in its pool, its draws, and who is invited to a seat.

ALTER TABLE panels ADD COLUMN kind TEXT NOT NULL DEFAULT 'open' CHECK (kind IN ('open', 'drawn', 'service', 'once'));
-- When a panel of the kind `once` closes by itself.
ALTER TABLE panels ADD COLUMN ends_at INTEGER;
-- For a service panel: whether the member uses the service.
ALTER TABLE memberships ADD COLUMN uses INTEGER CHECK (uses IS NULL OR uses IN (0, 1));

-- How a panel is drawn and renewed; `tolerance` in percent of a group's seats.
CREATE TABLE sortitions (
    panel_id TEXT PRIMARY KEY REFERENCES panels (id) ON DELETE CASCADE,
    tolerance INTEGER NOT NULL DEFAULT 10 CHECK (tolerance BETWEEN 0 AND 100),
    renewal_months INTEGER NOT NULL DEFAULT 6 CHECK (renewal_months BETWEEN 1 AND 60),
    cool_off_months INTEGER NOT NULL DEFAULT 24 CHECK (cool_off_months BETWEEN 0 AND 120),
    alternates INTEGER NOT NULL DEFAULT 10 CHECK (alternates BETWEEN 0 AND 1000),
    days_to_accept INTEGER NOT NULL DEFAULT 7 CHECK (days_to_accept BETWEEN 1 AND 60),
    silent_rounds INTEGER NOT NULL DEFAULT 3 CHECK (silent_rounds BETWEEN 1 AND 20),
    by_itself INTEGER NOT NULL DEFAULT 0 CHECK (by_itself IN (0, 1)),
    next_renewal_at INTEGER
) STRICT;

CREATE TABLE quotas (
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    attribute_key TEXT NOT NULL,
    option_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    least INTEGER NOT NULL CHECK (least >= 0),
    most INTEGER NOT NULL CHECK (most >= least),
    PRIMARY KEY (panel_id, attribute_key, option_key)
) STRICT;

-- Who would like to be drawn. `chance` is the sum of the chances they have had so far, in millionths.
CREATE TABLE interests (
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    expressed_at INTEGER NOT NULL,
    link TEXT,
    chance INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (panel_id, person_id)
) STRICT;
CREATE INDEX interests_person ON interests (person_id);

-- A draw begins with a promise: `secret` is what decides it, `commitment` its SHA-256, told while the pool is open.
-- A number that two members of staff have seen replaces the secret. `request` is the frozen pool with pseudonyms,
-- `record` what anybody can repeat.
CREATE TABLE draws (
    id TEXT PRIMARY KEY,
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    renewal INTEGER NOT NULL DEFAULT 0 CHECK (renewal IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('open', 'sealed', 'drawing', 'drawn', 'failed')),
    secret TEXT NOT NULL,
    commitment TEXT NOT NULL,
    seed TEXT,
    seed_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    request TEXT,
    digest TEXT,
    record TEXT,
    problem TEXT NOT NULL DEFAULT '',
    opened_at INTEGER NOT NULL,
    sealed_at INTEGER,
    drawn_at INTEGER,
    claimed_until INTEGER
) STRICT;
CREATE UNIQUE INDEX draws_current ON draws (panel_id) WHERE state IN ('open', 'sealed', 'drawing');
CREATE INDEX draws_state ON draws (state, claimed_until);

-- Who is called what in a draw, sealed with the person's own key.
CREATE TABLE draw_people (
    draw_id TEXT NOT NULL REFERENCES draws (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    pseudonym TEXT NOT NULL,
    PRIMARY KEY (draw_id, person_id)
) STRICT;
CREATE INDEX draw_people_person ON draw_people (person_id);

-- Seats that are offered. `place` is the order in which alternates are asked, 0 for those who were drawn.
CREATE TABLE seats_offered (
    id TEXT PRIMARY KEY,
    draw_id TEXT NOT NULL REFERENCES draws (id) ON DELETE CASCADE,
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('next', 'offered', 'accepted', 'declined', 'lapsed', 'seated', 'passed')),
    term_ends_at INTEGER,
    lapses_at INTEGER,
    UNIQUE (draw_id, person_id)
) STRICT;
CREATE INDEX seats_offered_person ON seats_offered (person_id);
