-- Whether a message is pointless after a fixed moment (the end of a survey), however late it could be sent.
ALTER TABLE outbox ADD COLUMN has_fixed_end INTEGER NOT NULL DEFAULT 0;

-- Somebody would rather speak than write; how many of the consents beside taking part they have been offered.
ALTER TABLE people ADD COLUMN by_voice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

-- The time that suits somebody best, in minutes after midnight: until now whole hours.
DROP VIEW recipients;
ALTER TABLE people ADD COLUMN best_time INTEGER;
UPDATE people SET best_time = best_hour * 60;
ALTER TABLE people DROP COLUMN best_hour;
CREATE VIEW recipients AS
SELECT p.id, p.language, p.role, p.stopped, p.text_only, p.plain_words, p.zone, p.quiet_from, p.quiet_until,
    p.best_time
FROM people AS p JOIN identities AS i ON i.person_id = p.id;

-- How many of those who have been erased since had answered with somebody's help.
ALTER TABLE kept_turnout ADD COLUMN helped INTEGER NOT NULL DEFAULT 0;

-- What staff answer to a topic (or say why it is hidden), in other languages. A topic that was spoken stays hidden until staff have written it
-- down; till then its words are Telegram's id of the voice message.
ALTER TABLE topics ADD COLUMN staff_language TEXT NOT NULL DEFAULT '';
UPDATE topics SET staff_language = 'en' WHERE answer <> '' OR hidden_because <> '';
ALTER TABLE topics ADD COLUMN translations TEXT NOT NULL DEFAULT '';
ALTER TABLE topics ADD COLUMN spoken INTEGER NOT NULL DEFAULT 0;

-- Citizens who take part: who agreed to it, and those for whom staff answer. Guests and who said "not now" do not.
CREATE VIEW taking_part AS
SELECT p.id FROM people AS p WHERE p.role = 'citizen' AND (p.channel <> 'chat' OR EXISTS (
    SELECT 1 FROM consents AS c
    WHERE c.person_id = p.id AND c.purpose = 'taking part' AND c.withdrawn_at IS NULL));
