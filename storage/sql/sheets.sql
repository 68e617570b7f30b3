-- name: key_of
SELECT sealed FROM panel_keys WHERE panel_id = :panel_id;

-- name: add_key!
INSERT INTO panel_keys (panel_id, sealed) VALUES (:panel_id, :sealed) ON CONFLICT (panel_id) DO NOTHING;

-- name: panel_of
SELECT panel_id FROM consultations WHERE id = :consultation_id;

-- name: without_key
-- Panels whose sheets, if they have any, have no names of their own yet.
SELECT p.id FROM panels AS p WHERE NOT EXISTS (SELECT 1 FROM panel_keys AS k WHERE k.panel_id = p.id);

-- name: unnamed
SELECT s.id FROM consultations AS c JOIN sheets AS s ON s.consultation_id = c.id JOIN responses AS r ON r.id = s.id
WHERE c.panel_id = :panel_id;

-- name: words_on_unnamed
SELECT a.sheet_id, a.question_id, a.value
FROM consultations AS c JOIN responses AS r ON r.consultation_id = c.id JOIN answers AS a ON a.sheet_id = r.id
WHERE c.panel_id = :panel_id AND a.value LIKE '"%';

-- name: set_words!
UPDATE answers SET value = :value WHERE sheet_id = :sheet AND question_id = :question_id;

-- name: copy_named!
-- Names are the values of a JSON object by id; sheets are laid down in the order of their new ones.
INSERT INTO sheets (id, consultation_id, quotable, next_question)
SELECT n.value, s.consultation_id, s.quotable, s.next_question
FROM json_each/*+_text*/(:names /*+ ::json */) AS n JOIN sheets AS s ON s.id = n.key ORDER BY n.value;

-- name: copy_answers!
INSERT INTO answers (sheet_id, question_id, value)
SELECT n.value, a.question_id, a.value
FROM json_each/*+_text*/(:names /*+ ::json */) AS n JOIN answers AS a ON a.sheet_id = n.key ORDER BY n.value;

-- name: rename_in_tags!
UPDATE text_tags SET source = n.value FROM json_each/*+_text*/(:names /*+ ::json */) AS n
WHERE text_tags.source = n.key;

-- name: remove_unnamed!
DELETE FROM sheets WHERE id IN (SELECT key FROM json_each(:names /*+ ::json */));

-- name: of_person
SELECT r.id, k.sealed AS panel_key
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
LEFT JOIN panel_keys AS k ON k.panel_id = c.panel_id
WHERE r.person_id = :person_id;

-- name: finished
SELECT r.id, r.person_id FROM responses AS r
WHERE r.consultation_id = :consultation_id AND r.person_id > :after AND r.state = 'finished'
ORDER BY r.person_id LIMIT :most;

-- name: writers
-- Who may have written what was answered to a question, and their sealed keys.
SELECT r.id, r.person_id, k.sealed AS sealed_key
FROM questions AS q JOIN responses AS r ON r.consultation_id = q.consultation_id AND r.state = 'finished'
JOIN data_keys AS k ON k.person_id = r.person_id
WHERE q.id = :question_id;

-- name: panel_of_question
SELECT c.panel_id FROM questions AS q JOIN consultations AS c ON c.id = q.consultation_id WHERE q.id = :question_id;
