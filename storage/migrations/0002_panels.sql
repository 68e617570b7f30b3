-- Standing panels and who sits on them.

CREATE TABLE panels (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    term_months INTEGER NOT NULL CHECK (term_months BETWEEN 1 AND 60),
    seats INTEGER CHECK (seats IS NULL OR seats > 0),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX panels_name ON panels (name) WHERE state = 'open';

-- One row a term: somebody who stays on begins a new row with the next number. `staying` says that they will.
CREATE TABLE memberships (
    id TEXT PRIMARY KEY,
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'serving', 'completed', 'left')),
    term INTEGER NOT NULL DEFAULT 1,
    staying INTEGER NOT NULL DEFAULT 0,
    joined_at INTEGER NOT NULL,
    term_ends_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX memberships_current ON memberships (panel_id, person_id) WHERE state IN ('waiting', 'serving');
CREATE INDEX memberships_person ON memberships (person_id);
CREATE INDEX memberships_panel ON memberships (panel_id, state, id);
