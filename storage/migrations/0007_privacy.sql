-- When somebody who has long been silent was asked whether to stay.
ALTER TABLE people ADD COLUMN asked_to_stay_at INTEGER;
-- That somebody has been invited to say something about themselves, once.
ALTER TABLE people ADD COLUMN invited_to_tell INTEGER NOT NULL DEFAULT 0;
CREATE INDEX people_active ON people (active_at);
