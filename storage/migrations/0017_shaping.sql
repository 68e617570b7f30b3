-- Members shape the questions of a draft for some days before it is published: they propose some of their own, or other
-- words for those there are, and support each other's.

ALTER TABLE consultations ADD COLUMN shaped_until INTEGER;

CREATE TABLE question_proposals (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    question_id TEXT REFERENCES questions (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    words TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'declined')),
    proposed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX question_proposals_consultation ON question_proposals (consultation_id, state);
CREATE INDEX question_proposals_person ON question_proposals (person_id);
CREATE INDEX question_proposals_question ON question_proposals (question_id);

CREATE TABLE proposal_supports (
    proposal_id TEXT NOT NULL REFERENCES question_proposals (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (proposal_id, person_id)
) STRICT;
CREATE INDEX proposal_supports_person ON proposal_supports (person_id);
