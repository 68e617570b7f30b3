-- name: of
-- The sealed keys of several people, whose ids are the keys of a JSON object.
SELECT person_id, sealed FROM data_keys WHERE person_id IN (SELECT key FROM json_each(:ids /*+ ::json */));

-- name: add!
INSERT INTO data_keys (person_id, sealed) VALUES (:person_id, :sealed);
