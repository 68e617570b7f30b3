-- The chances somebody has had are remembered for good, whether they are drawn, decline, serve or leave the pool:
-- what they had of a draw they have had. `chance` is their sum, in millionths.

CREATE TABLE chances (
    panel_id TEXT NOT NULL REFERENCES panels (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    chance INTEGER NOT NULL,
    PRIMARY KEY (panel_id, person_id)
) STRICT;
CREATE INDEX chances_person ON chances (person_id);
INSERT INTO chances (panel_id, person_id, chance) SELECT panel_id, person_id, chance FROM interests WHERE chance > 0;
ALTER TABLE interests DROP COLUMN chance;

-- Nobody's chance is above so many percent, where the quotas permit it; 100: there is no limit.
ALTER TABLE sortitions ADD COLUMN cap INTEGER NOT NULL DEFAULT 100;

-- Public numbers that were named and typed before a pool was opened again: they cannot decide this draw any more.
ALTER TABLE draws ADD COLUMN known_sources TEXT NOT NULL DEFAULT '';
