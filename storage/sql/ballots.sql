-- name: wait!
INSERT INTO waiting_ballots (id, consultation_id, sealed) VALUES (:id, :consultation_id, :sealed);

-- name: waiting
-- Who finds that somebody else is mixing just now leaves it to them.
SELECT id, sealed FROM waiting_ballots WHERE consultation_id = :consultation_id /*+ FOR UPDATE SKIP LOCKED */;

-- name: remove_waiting!
DELETE FROM waiting_ballots WHERE id = :id;

-- name: add!
INSERT INTO ballots (id, question_id, value) VALUES (:id, :question_id, :value);

-- name: texts
SELECT id AS source, value FROM ballots WHERE question_id = :question_id AND value <> '[-1]' ORDER BY id;
