-- What citizens put on the agenda themselves.

CREATE TABLE topics (
    id TEXT PRIMARY KEY,
    words TEXT NOT NULL,
    language TEXT NOT NULL,
    proposer_id TEXT REFERENCES people (id) ON DELETE SET NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'withdrawn', 'hidden')),
    answer TEXT NOT NULL DEFAULT '',
    answered_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    answered_at INTEGER,
    hidden_because TEXT NOT NULL DEFAULT '',
    proposed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX topics_open ON topics (state, id);

CREATE TABLE supports (
    topic_id TEXT NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    supported_at INTEGER NOT NULL,
    PRIMARY KEY (topic_id, person_id)
) STRICT;
CREATE INDEX supports_person ON supports (person_id);
