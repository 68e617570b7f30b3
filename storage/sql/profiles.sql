-- name: load
SELECT values_given FROM profiles WHERE person_id = :person_id;

-- name: save!
INSERT INTO profiles (person_id, values_given, updated_at) VALUES (:person_id, :values_given, :now)
ON CONFLICT (person_id) DO UPDATE SET values_given = excluded.values_given, updated_at = excluded.updated_at;

-- name: clear!
DELETE FROM profiles WHERE person_id = :person_id;

-- name: page
SELECT p.person_id, p.values_given, k.sealed AS sealed_key
FROM profiles AS p JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.person_id > :after ORDER BY p.person_id LIMIT :most;
