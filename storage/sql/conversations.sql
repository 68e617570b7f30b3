-- name: save!
UPDATE conversations SET state = :state, number = :number, view = :view, view_id = :view_id, parked = :parked,
    updated_at = :now
WHERE person_id = :person_id;

-- name: open
-- Questions still waiting for an answer, for people who can be reached, a page at a time.
SELECT c.person_id, p.language, c.number, c.view, c.view_id, p.zone, p.quiet_from, p.quiet_until
FROM conversations AS c
JOIN identities AS i ON i.person_id = c.person_id
JOIN people AS p ON p.id = c.person_id
WHERE c.state <> '' AND c.view <> '' AND c.updated_at >= :since AND i.unreachable_at IS NULL AND p.stopped = 0
  AND c.person_id > :after
ORDER BY c.person_id LIMIT :most;

-- name: move_view!
-- The question stands in a newer message from now on, if that is really on its way.
UPDATE conversations SET view_id = :newer
WHERE person_id = :person_id AND view_id = :older AND EXISTS (SELECT 1 FROM outbox WHERE id = :newer);
