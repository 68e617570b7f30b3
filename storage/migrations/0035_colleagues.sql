-- What staff are called among themselves, sealed with their own key; empty for whoever would rather not say.
CREATE TABLE colleagues (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    name TEXT NOT NULL
) STRICT;

-- Who of staff tries a draft before it is published, and what they would change, sealed with their own key. `seen` is a
-- digest of the questions as they last had them.
CREATE TABLE trials (
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    asker_id TEXT REFERENCES people (id) ON DELETE SET NULL,
    seen TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    tried_at INTEGER,
    said_at INTEGER,
    remark TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (consultation_id, person_id)
) STRICT;
CREATE INDEX trials_person ON trials (person_id);
CREATE INDEX trials_asker ON trials (asker_id);
