-- "Prefer not to say" is an answer of its own, [-1], where staff offer it.
ALTER TABLE questions ADD COLUMN may_withhold INTEGER NOT NULL DEFAULT 0;

-- Where somebody stands who has not sent their answers: the question they are asked next, by the way their own answers
-- lead; empty once all are answered. Of anonymous answers it is not kept, for the way says what was answered.
ALTER TABLE responses ADD COLUMN next_question TEXT;
UPDATE responses SET next_question = COALESCE((
    SELECT q.id FROM questions AS q
    WHERE q.consultation_id = responses.consultation_id AND q.format NOT IN ('note', 'calculate', 'hidden')
      AND q.first_version <= responses.version
      AND (q.last_version IS NULL OR q.last_version >= responses.version)
      AND NOT EXISTS (SELECT 1 FROM answers AS a WHERE a.response_id = responses.id AND a.question_id = q.id)
    ORDER BY q.position LIMIT 1), '')
WHERE state = 'started';
