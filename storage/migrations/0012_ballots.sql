-- Who can link an answer to a person: staff who read names, nobody without the keys, or nobody at all.

ALTER TABLE consultations ADD COLUMN privacy TEXT NOT NULL DEFAULT 'pseudonymous'
    CHECK (privacy IN ('pseudonymous', 'anonymous'));

-- Ballots that have been cast wait, sealed, until there are enough of them to be mixed.
CREATE TABLE waiting_ballots (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_ballots_consultation ON waiting_ballots (consultation_id);

-- Mixed: one row an answer, under a random key; no person, no time, no order.
CREATE TABLE ballots (
    id TEXT NOT NULL,
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    PRIMARY KEY (question_id, id)
) STRICT, WITHOUT ROWID;
