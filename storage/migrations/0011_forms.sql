-- Questions out of forms. `kind` says how answers are counted, `format` what is asked for within it, `details` what the
-- form says besides, as JSON: its name for the question, other languages, conditions, the columns of its choices.

ALTER TABLE questions ADD COLUMN format TEXT NOT NULL DEFAULT '' CHECK (format IN (
    '', 'decimal', 'rank', 'date', 'time', 'datetime', 'note', 'acknowledge', 'place', 'photo', 'audio', 'calculate',
    'hidden'));
ALTER TABLE questions ADD COLUMN details TEXT NOT NULL DEFAULT '';
