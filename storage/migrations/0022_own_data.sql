-- From when on somebody's own code counts: one set for the first time does so only when a day's notice is over, for the
-- telephone may be in other hands. Codes that are set already go on counting.
ALTER TABLE people ADD COLUMN code_counts_at INTEGER;
UPDATE people SET code_counts_at = created_at WHERE code <> '';

-- Telegram's own ids of files are kept for posters and charts only, never for what belongs to one person.
DELETE FROM media;

-- A question that came, or still waited, while somebody had asked for silence: that they did not answer says nothing.
ALTER TABLE responses ADD COLUMN in_silence INTEGER NOT NULL DEFAULT 0;
UPDATE responses SET in_silence = 1 WHERE state IN ('invited', 'started')
    AND EXISTS (SELECT 1 FROM people AS p WHERE p.id = responses.person_id AND p.stopped = 1);
