-- Whether a message is pointless after a fixed moment (the end of a survey), however late it could be sent.
ALTER TABLE outbox ADD COLUMN has_fixed_end INTEGER NOT NULL DEFAULT 0;

-- Somebody would rather speak than write; which of the consents beside taking part they have been offered.
ALTER TABLE people ADD COLUMN by_voice INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

-- How many of those who have been erased since had answered with somebody's help.
ALTER TABLE kept_turnout ADD COLUMN helped INTEGER NOT NULL DEFAULT 0;

-- What staff answer to a topic, in other languages; a topic that was spoken stays hidden until staff have written it
-- down, and `voice` is Telegram's id of the message, sealed.
ALTER TABLE topics ADD COLUMN answer_language TEXT NOT NULL DEFAULT '';
UPDATE topics SET answer_language = 'en' WHERE answer <> '';
ALTER TABLE topics ADD COLUMN translations TEXT NOT NULL DEFAULT '';
ALTER TABLE topics ADD COLUMN voice TEXT NOT NULL DEFAULT '';
