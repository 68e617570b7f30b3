-- name: open!
-- Nothing happens where one is open.
INSERT INTO support_requests (id, person_id, opened_at) VALUES (:id, :person_id, :now) ON CONFLICT DO NOTHING;

-- name: open_of
SELECT id FROM support_requests WHERE person_id = :person_id AND state = 'open';

-- name: write!
INSERT INTO support_messages (id, request_id, from_staff, words, written_at)
VALUES (:id, :request_id, :from_staff, :words, :now);

-- name: close
UPDATE support_requests SET state = 'closed', closed_at = :now WHERE id = :id AND state = 'open' RETURNING id;

-- name: find
SELECT r.id, r.person_id, r.state, r.opened_at, r.closed_at,
    (SELECT m.words FROM support_messages AS m WHERE m.request_id = r.id ORDER BY m.id LIMIT 1) AS words,
    (SELECT COUNT(*) FROM support_messages AS m WHERE m.request_id = r.id AND NOT EXISTS (
        SELECT 1 FROM support_messages AS later
        WHERE later.request_id = r.id AND later.from_staff = 1 AND later.id >= m.id)) AS unanswered
FROM support_requests AS r WHERE r.id = :id /*+ FOR UPDATE OF r */;

-- name: open_page
-- The unanswered first, by who has waited longest.
SELECT r.id, r.person_id, r.state, r.opened_at, r.closed_at,
    (SELECT m.words FROM support_messages AS m WHERE m.request_id = r.id ORDER BY m.id LIMIT 1) AS words,
    (SELECT COUNT(*) FROM support_messages AS m WHERE m.request_id = r.id AND NOT EXISTS (
        SELECT 1 FROM support_messages AS later
        WHERE later.request_id = r.id AND later.from_staff = 1 AND later.id >= m.id)) AS unanswered
FROM support_requests AS r WHERE r.state = 'open'
ORDER BY (SELECT m.from_staff FROM support_messages AS m WHERE m.request_id = r.id ORDER BY m.id DESC LIMIT 1), r.id
LIMIT :most OFFSET :skip;

-- name: closed_page
SELECT r.id, r.person_id, r.state, r.opened_at, r.closed_at,
    (SELECT m.words FROM support_messages AS m WHERE m.request_id = r.id ORDER BY m.id LIMIT 1) AS words,
    0 AS unanswered
FROM support_requests AS r WHERE r.state = 'closed' ORDER BY r.closed_at DESC, r.id LIMIT :most OFFSET :skip;

-- name: notes
SELECT id, from_staff, words, written_at FROM support_messages WHERE request_id = :request_id ORDER BY id;

-- name: willing
-- Who was asked in a consultation and agrees to be asked for a longer talk.
SELECT w.*
FROM responses AS r
JOIN recipients AS w ON w.id = r.person_id
JOIN consents AS c ON c.person_id = w.id AND c.purpose = 'interviews' AND c.withdrawn_at IS NULL
    AND c.version = :notice
WHERE r.consultation_id = :consultation_id AND w.stopped = 0 AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: count_willing
SELECT COUNT(*) FROM responses AS r
JOIN people AS w ON w.id = r.person_id AND w.stopped = 0
JOIN consents AS c ON c.person_id = w.id AND c.purpose = 'interviews' AND c.withdrawn_at IS NULL
    AND c.version = :notice
WHERE r.consultation_id = :consultation_id;
