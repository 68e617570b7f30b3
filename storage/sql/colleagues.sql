-- name: name_of
SELECT name FROM colleagues WHERE person_id = :person_id;

-- name: put_name!
INSERT INTO colleagues (person_id, name) VALUES (:person_id, :name)
ON CONFLICT (person_id) DO UPDATE SET name = excluded.name;

-- name: everybody
SELECT w.*, COALESCE(g.name, '') AS name
FROM recipients AS w LEFT JOIN colleagues AS g ON g.person_id = w.id
WHERE w.role = 'staff' ORDER BY w.id;

-- name: ask!
-- Whoever has tried it before is asked anew.
INSERT INTO trials (consultation_id, person_id, asker_id, seen, asked_at)
VALUES (:consultation_id, :person_id, :asker_id, :seen, :now)
ON CONFLICT (consultation_id, person_id) DO UPDATE SET asker_id = excluded.asker_id, seen = excluded.seen,
    asked_at = excluded.asked_at, tried_at = NULL, said_at = NULL, remark = '';

-- name: begin!
-- By the link, unasked.
INSERT INTO trials (consultation_id, person_id, seen, asked_at) VALUES (:consultation_id, :person_id, :seen, :now)
ON CONFLICT (consultation_id, person_id) DO UPDATE SET seen = excluded.seen;

-- name: finish
UPDATE trials SET tried_at = :now WHERE consultation_id = :consultation_id AND person_id = :person_id
RETURNING person_id;

-- name: remark!
UPDATE trials SET remark = :remark, said_at = :now, tried_at = COALESCE(tried_at, :now)
WHERE consultation_id = :consultation_id AND person_id = :person_id;

-- name: trials
-- Those who are staff no longer are left out.
SELECT t.person_id, t.asker_id, t.seen, t.asked_at, t.tried_at, t.said_at, t.remark, COALESCE(g.name, '') AS name
FROM trials AS t JOIN people AS p ON p.id = t.person_id LEFT JOIN colleagues AS g ON g.person_id = t.person_id
WHERE t.consultation_id = :consultation_id AND p.role = 'staff' ORDER BY t.asked_at, t.person_id;

-- name: end_trials!
DELETE FROM trials WHERE consultation_id = :consultation_id;
