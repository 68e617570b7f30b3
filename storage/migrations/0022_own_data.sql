-- From when on somebody's own code counts: one set for the first time does so only when a day's notice is over, for the
-- telephone may be in other hands. Codes that are set already go on counting.
ALTER TABLE people ADD COLUMN code_counts_at INTEGER;
UPDATE people SET code_counts_at = created_at WHERE code <> '';

-- Telegram's own ids of files are kept for posters and charts only, never for what belongs to one person.
DELETE FROM media;
