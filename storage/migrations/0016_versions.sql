-- A survey changed after it was opened has a new version; whoever has begun goes on with theirs. A change is prepared
-- as a draft that `revises` the open consultation; its questions remember the `origin` they were copied from.

ALTER TABLE consultations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE consultations ADD COLUMN revises TEXT REFERENCES consultations (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX consultations_revision ON consultations (revises);
ALTER TABLE questions ADD COLUMN first_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE questions ADD COLUMN last_version INTEGER;
ALTER TABLE questions ADD COLUMN origin TEXT;
ALTER TABLE responses ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
