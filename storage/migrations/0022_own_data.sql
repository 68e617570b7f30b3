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

-- Topics and proposed questions are sealed with the key of who wrote them, so that they go with them from every copy;
-- what others support is sealed with the organisation's when its writer is erased. 0: the organisation's.
ALTER TABLE topics ADD COLUMN own_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE question_proposals ADD COLUMN own_key INTEGER NOT NULL DEFAULT 0;

-- Whether a member uses the service says something about them: it is sealed with their key.
ALTER TABLE memberships ADD COLUMN service_use TEXT NOT NULL DEFAULT '';
UPDATE memberships SET service_use = CASE uses WHEN 1 THEN 'yes' ELSE 'no' END WHERE uses IS NOT NULL;
ALTER TABLE memberships DROP COLUMN uses;

-- Where people came from is the name of a link, never something that was typed.
UPDATE people SET source = '' WHERE source NOT IN (SELECT token FROM links);

-- How many people opened a link, of those of whom that is not kept any more.
ALTER TABLE links ADD COLUMN kept_opened INTEGER NOT NULL DEFAULT 0;
CREATE INDEX timers_finished ON timers (finished_at) WHERE state <> 'waiting';
