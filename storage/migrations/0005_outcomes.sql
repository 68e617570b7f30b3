-- Closing the loop: what was decided, and whether that answered the people asked.

CREATE TABLE outcomes (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    we_asked TEXT NOT NULL,
    you_said TEXT NOT NULL,
    we_did TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'posted', 'cancelled')),
    author_id TEXT REFERENCES people (id) ON DELETE SET NULL,
    post_at INTEGER NOT NULL,
    posted_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outcomes_consultation ON outcomes (consultation_id, id);

CREATE TABLE verdicts (
    outcome_id TEXT NOT NULL REFERENCES outcomes (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('yes', 'partly', 'no')),
    given_at INTEGER NOT NULL,
    PRIMARY KEY (outcome_id, person_id)
) STRICT;
