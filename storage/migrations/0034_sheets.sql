-- What was sent stands on a sheet that says neither whose it is nor when it came: its id is a keyed hash of the
-- response's, and the key is the panel's. What has not been sent yet is kept on the response, sealed as one, as it is
-- where answers are anonymous.

CREATE TABLE panel_keys (
    panel_id TEXT PRIMARY KEY REFERENCES panels (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL
) STRICT;

-- `next_question` is where somebody stands who has not sent their answers; empty once all are answered, and null of
-- what was sent.
CREATE TABLE sheets (
    id TEXT PRIMARY KEY,
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    quotable INTEGER NOT NULL DEFAULT 0,
    next_question TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sheets_consultation ON sheets (consultation_id);

-- Until the program, which has the key, gives the sheets their names, they have the responses'.
INSERT INTO sheets (id, consultation_id, quotable, next_question)
SELECT r.id, r.consultation_id, r.quotable, CASE WHEN r.state = 'started' AND c.privacy <> 'anonymous' THEN r.next_question END
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
WHERE r.quotable = 1 OR r.next_question IS NOT NULL
    OR EXISTS (SELECT 1 FROM answers AS a WHERE a.response_id = r.id);

CREATE TABLE answers_apart (
    sheet_id TEXT NOT NULL REFERENCES sheets (id) ON DELETE CASCADE,
    question_id TEXT NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
    value TEXT NOT NULL,
    PRIMARY KEY (sheet_id, question_id)
) STRICT, WITHOUT ROWID;
INSERT INTO answers_apart (sheet_id, question_id, value) SELECT response_id, question_id, value FROM answers;
DROP TABLE answers;
ALTER TABLE answers_apart RENAME TO answers;
CREATE INDEX answers_question ON answers (question_id);

ALTER TABLE responses DROP COLUMN quotable;
ALTER TABLE responses DROP COLUMN next_question;

-- What was not sent yet is among the answers until the program has put it aside.
INSERT INTO settings (key, value) SELECT 'sheets.unsent', '1' WHERE EXISTS (SELECT 1 FROM answers);
