-- name: load
SELECT values_given FROM profiles WHERE person_id = :person_id;

-- name: save!
-- What is said later does not make what was said before a changed notice usable again.
INSERT INTO profiles (person_id, values_given, updated_at, notice) VALUES (:person_id, :values_given, :now, :notice)
ON CONFLICT (person_id) DO UPDATE SET values_given = excluded.values_given, updated_at = excluded.updated_at;

-- name: clear!
DELETE FROM profiles WHERE person_id = :person_id;

-- name: is_outdated
SELECT 1 FROM profiles WHERE person_id = :person_id AND notice <> :notice;

-- name: renew!
UPDATE profiles SET notice = :notice WHERE person_id = :person_id;

-- name: usable
-- Who has said something about themselves under this notice.
SELECT p.person_id, p.values_given, k.sealed AS sealed_key
FROM profiles AS p JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.person_id > :after AND p.notice = :notice ORDER BY p.person_id LIMIT :most;

-- name: page
SELECT p.person_id, p.values_given, k.sealed AS sealed_key
FROM profiles AS p JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.person_id > :after ORDER BY p.person_id LIMIT :most;
