-- What staff wish of a survey: names on the answers, when people are reminded, whether they see how others answered so
-- far. What its citizens wish: their name on it, their words quoted.

ALTER TABLE consultations ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultations ADD COLUMN reminders TEXT NOT NULL DEFAULT 'once' CHECK (reminders IN ('never', 'once', 'twice'));
ALTER TABLE consultations ADD COLUMN shows_live INTEGER NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE responses ADD COLUMN quotable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
UPDATE responses SET reminders = 1 WHERE reminded_at IS NOT NULL;

-- What was last shown of an open survey, as JSON; it moves only when enough others have answered.
CREATE TABLE live_results (
    consultation_id TEXT PRIMARY KEY REFERENCES consultations (id) ON DELETE CASCADE,
    answered INTEGER NOT NULL,
    figures TEXT NOT NULL
) STRICT;

-- What staff noted on answers in people's own words; `source` is a response or a ballot.
CREATE TABLE text_tags (
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (question_id, source, tag)
) STRICT;
