-- At most one person of a home is drawn, where a panel says so: people of one home know each other by a shared link.

ALTER TABLE sortitions ADD COLUMN one_per_home INTEGER NOT NULL DEFAULT 0;
ALTER TABLE interests ADD COLUMN home TEXT NOT NULL DEFAULT '';
CREATE INDEX interests_home ON interests (home);
ALTER TABLE draws ADD COLUMN progress TEXT NOT NULL DEFAULT '';
