-- When somebody who has long been silent was asked whether to stay, and when once more.
ALTER TABLE people ADD COLUMN asked_to_stay_at INTEGER;
ALTER TABLE people ADD COLUMN asked_again_at INTEGER;
-- That somebody has been invited to say something about themselves, once.
ALTER TABLE people ADD COLUMN invited_to_tell INTEGER NOT NULL DEFAULT 0;
-- How often in a row their code has been given wrongly.
ALTER TABLE people ADD COLUMN code_misses INTEGER NOT NULL DEFAULT 0;
