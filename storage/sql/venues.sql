-- name: add!
INSERT INTO links (token, venue, opens, created_by, created_at) VALUES (:token, :venue, :opens, :created_by, :now);

-- name: load
SELECT token, venue, opens, words, created_at, closed_at FROM links WHERE token = :token;

-- name: page
-- Open ones first, by place, with what each has brought. Whoever joined counts for the link that
-- brought them first.
SELECT l.token, l.venue, l.opens, l.words, l.created_at, l.closed_at,
    l.kept_opened + (SELECT COUNT(*) FROM openings AS o WHERE o.token = l.token) AS opened,
    (SELECT COUNT(*) FROM responses AS r WHERE r.link = l.token AND r.state = 'finished') AS answered,
    (SELECT COUNT(*) FROM people AS p WHERE p.source = l.token AND EXISTS (
        SELECT 1 FROM memberships AS m WHERE m.person_id = p.id)) AS joined
FROM links AS l WHERE CAST(:token AS TEXT) IS NULL OR l.token = CAST(:token AS TEXT)
ORDER BY CASE WHEN l.closed_at IS NULL THEN 0 ELSE 1 END, l.venue, l.created_at, l.token LIMIT :most OFFSET :skipped;

-- name: close
UPDATE links SET closed_at = :now WHERE token = :token AND closed_at IS NULL RETURNING token;

-- name: set_words!
UPDATE links SET words = :words WHERE token = :token;

-- name: record_opening!
INSERT INTO openings (token, person_id, opened_at) VALUES (:token, :person_id, :now)
ON CONFLICT (token, person_id) DO NOTHING;
