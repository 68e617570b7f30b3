-- name: of_panel
SELECT translations FROM panels WHERE id = :id /*+ FOR UPDATE */;

-- name: of_consultation
SELECT translations FROM consultations WHERE id = :id /*+ FOR UPDATE */;

-- name: of_question
SELECT translations FROM questions WHERE id = :id /*+ FOR UPDATE */;

-- name: of_outcome
SELECT translations FROM outcomes WHERE id = :id /*+ FOR UPDATE */;

-- name: set_panel!
UPDATE panels SET translations = :translations WHERE id = :id;

-- name: set_consultation!
UPDATE consultations SET translations = :translations WHERE id = :id;

-- name: set_question!
UPDATE questions SET translations = :translations WHERE id = :id;

-- name: set_outcome!
UPDATE outcomes SET translations = :translations WHERE id = :id;

-- name: of_topic
SELECT translations FROM topics WHERE id = :id /*+ FOR UPDATE */;

-- name: set_topic!
UPDATE topics SET translations = :translations WHERE id = :id;
