-- What staff wrote, in other languages: JSON, by language and then by the name of the field. `language` is the one it
-- was written in; a question's is its consultation's.

ALTER TABLE panels ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE panels ADD COLUMN translations TEXT NOT NULL DEFAULT '';
ALTER TABLE consultations ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE consultations ADD COLUMN translations TEXT NOT NULL DEFAULT '';
ALTER TABLE questions ADD COLUMN translations TEXT NOT NULL DEFAULT '';
ALTER TABLE outcomes ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE outcomes ADD COLUMN translations TEXT NOT NULL DEFAULT '';
