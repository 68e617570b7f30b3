-- name: add
-- Nothing comes back when an open panel has this name already.
INSERT INTO panels (id, name, purpose, term_months, seats, created_by, created_at, kind, ends_at, language, area, areas,
    service)
VALUES (:id, :name, :purpose, :term_months, :seats, :created_by, :now, :kind, :ends_at, :language, :area, :areas,
    :service)
ON CONFLICT DO NOTHING RETURNING id;

-- name: load
SELECT p.id, p.name, p.purpose, p.term_months, p.seats, p.state, p.closed_at, p.kind, p.ends_at,
    p.language, p.translations, p.area, p.areas, p.service,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS serving,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'waiting') AS waiting,
    (SELECT MIN(m.term_ends_at) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS next_end_at
FROM panels AS p WHERE p.id = :id;

-- name: page
-- Open panels, in the order they were begun.
SELECT p.id, p.name, p.purpose, p.term_months, p.seats, p.state, p.closed_at, p.kind, p.ends_at,
    p.language, p.translations, p.area, p.areas, p.service,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS serving,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'waiting') AS waiting,
    (SELECT MIN(m.term_ends_at) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS next_end_at
FROM panels AS p WHERE p.state = 'open'
ORDER BY p.id LIMIT :most OFFSET :skipped;

-- name: page_for
-- Open panels as one person sees them: their own first, then those they wait for.
SELECT p.id, p.name, p.purpose, p.term_months, p.seats, p.state, p.closed_at, p.kind, p.ends_at,
    p.language, p.translations, p.area, p.areas, p.service,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS serving,
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'waiting') AS waiting,
    (SELECT MIN(m.term_ends_at) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving') AS next_end_at,
    own.state AS own_state, own.term_ends_at AS own_end_at
FROM panels AS p
LEFT JOIN memberships AS own
    ON own.panel_id = p.id AND own.person_id = :person_id AND own.state IN ('waiting', 'serving')
WHERE p.state = 'open'
ORDER BY CASE own.state WHEN 'serving' THEN 1 WHEN 'waiting' THEN 2 ELSE 3 END, p.id
LIMIT :most OFFSET :skipped;

-- name: hold
-- Nobody else gives or frees a place on an open panel until the transaction ends.
UPDATE panels SET state = state WHERE id = :id AND state = 'open' RETURNING id;

-- name: rename
-- Nothing comes back when another open panel has this name.
UPDATE panels SET name = :name
WHERE id = :id AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM panels AS o WHERE o.state = 'open' AND o.name = :name AND o.id <> :id)
RETURNING id;

-- name: limit
-- Not once a draw is under way or over: those who were drawn came for the panel as it was.
UPDATE panels SET area = :area, areas = :areas
WHERE id = :id AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM draws AS d WHERE d.panel_id = panels.id AND d.state IN ('sealed', 'drawing', 'drawn'))
RETURNING id;

-- name: can_be_limited
SELECT 1 FROM panels WHERE id = :id AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM draws AS d WHERE d.panel_id = panels.id AND d.state IN ('sealed', 'drawing', 'drawn'));

-- name: any_limited
SELECT 1 FROM panels WHERE state = 'open' AND area <> '' LIMIT 1;

-- name: busy
-- Consultations that still need the panel.
SELECT COUNT(*) FROM consultations WHERE panel_id = :id AND state IN ('scheduled', 'open');

-- name: close
UPDATE panels SET state = 'closed', closed_at = :now
WHERE id = :id AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM consultations AS c WHERE c.panel_id = :id AND c.state IN ('scheduled', 'open'))
RETURNING id;

-- name: end_all!
-- With the panel every place on it ends, and every wait for one.
UPDATE memberships SET state = CASE state WHEN 'serving' THEN 'completed' ELSE 'left' END, ended_at = :now
WHERE panel_id = :id AND state IN ('serving', 'waiting');

-- name: to_thank
-- Who sat on a closed panel or waited for it to the end, a page at a time.
SELECT w.*, m.state AS ended_as
FROM panels AS p
JOIN memberships AS m ON m.panel_id = p.id AND m.ended_at = p.closed_at
JOIN recipients AS w ON w.id = m.person_id
WHERE p.id = :id AND w.stopped = 0 AND w.id > :after
ORDER BY w.id LIMIT :most;

-- name: current
-- The place somebody has on a panel or waits for.
SELECT id, panel_id, person_id, state, term, staying, joined_at, term_ends_at FROM memberships
WHERE panel_id = :panel_id AND person_id = :person_id AND state IN ('waiting', 'serving');

-- name: membership
SELECT id, panel_id, person_id, state, term, staying, joined_at, term_ends_at FROM memberships WHERE id = :id;

-- name: of_person
SELECT m.id, m.panel_id, m.person_id, m.state, m.term, m.staying, m.joined_at, m.term_ends_at
FROM memberships AS m WHERE m.person_id = :person_id AND m.state IN ('waiting', 'serving') ORDER BY m.id;

-- name: last_term
-- The latest term somebody has had on a panel, served to its end or not.
SELECT term AS number, term_ends_at AS ends_at FROM memberships
WHERE panel_id = :panel_id AND person_id = :person_id AND state IN ('completed', 'left') AND term_ends_at IS NOT NULL
ORDER BY id DESC LIMIT 1;

-- name: serve
-- A place, if there still is one.
INSERT INTO memberships (id, panel_id, person_id, state, term, joined_at, term_ends_at, home)
SELECT CAST(:id AS TEXT), p.id, CAST(:person_id AS TEXT), 'serving', CAST(:term AS INTEGER),
    CAST(:now AS BIGINT), CAST(:ends_at AS BIGINT), CAST(:home AS TEXT)
FROM panels AS p
WHERE p.id = :panel_id AND p.state = 'open' AND (p.seats IS NULL OR p.seats >
    (SELECT COUNT(*) FROM memberships AS m WHERE m.panel_id = p.id AND m.state = 'serving'))
ON CONFLICT DO NOTHING RETURNING id;

-- name: wait
INSERT INTO memberships (id, panel_id, person_id, state, joined_at)
VALUES (:id, :panel_id, :person_id, 'waiting', :now)
ON CONFLICT DO NOTHING RETURNING id;

-- name: position
-- How many stand before somebody on the waiting list, themselves included.
SELECT COUNT(*) FROM memberships WHERE panel_id = :panel_id AND state = 'waiting' AND id <= :id;

-- name: next_waiting
-- Who waits and can be told, in the order they came, with the last term each has had.
SELECT m.id AS membership_id, w.*,
    (SELECT t.term FROM memberships AS t WHERE t.panel_id = m.panel_id AND t.person_id = m.person_id
        AND t.state IN ('completed', 'left') AND t.term_ends_at IS NOT NULL ORDER BY t.id DESC LIMIT 1) AS last_number,
    (SELECT t.term_ends_at FROM memberships AS t WHERE t.panel_id = m.panel_id AND t.person_id = m.person_id
        AND t.state IN ('completed', 'left') AND t.term_ends_at IS NOT NULL ORDER BY t.id DESC LIMIT 1) AS last_end_at
FROM memberships AS m
JOIN recipients AS w ON w.id = m.person_id
JOIN identities AS i ON i.person_id = w.id
WHERE m.panel_id = :panel_id AND m.state = 'waiting' AND w.stopped = 0 AND i.unreachable_at IS NULL
ORDER BY m.id LIMIT :most;

-- name: promote
-- From the waiting list to a place, if there is one.
UPDATE memberships SET state = 'serving', term = :term, joined_at = :now, term_ends_at = :ends_at
WHERE id = :id AND state = 'waiting' AND EXISTS (
    SELECT 1 FROM panels AS p WHERE p.id = memberships.panel_id AND p.state = 'open' AND (p.seats IS NULL OR p.seats >
        (SELECT COUNT(*) FROM memberships AS o WHERE o.panel_id = p.id AND o.state = 'serving')))
RETURNING id;

-- name: finish
-- Ends a place or a wait as completed or left.
UPDATE memberships SET state = :state, ended_at = :now, home = ''
WHERE id = :id AND state IN ('waiting', 'serving') RETURNING id;

-- name: will_stay
-- Only while nobody waits.
UPDATE memberships SET staying = 1
WHERE id = :id AND state = 'serving'
    AND NOT EXISTS (SELECT 1 FROM memberships AS o WHERE o.panel_id = memberships.panel_id AND o.state = 'waiting')
RETURNING id;

-- name: ask_to_stay!
UPDATE memberships SET asked_to_stay_at = :now WHERE id = :id;

-- name: stay_on
-- Somebody who was asked has said that they stay.
UPDATE memberships SET stays_since = :now
WHERE panel_id = :panel_id AND person_id = :person_id AND state = 'serving' RETURNING id;

-- name: shorten!
UPDATE memberships SET term_ends_at = :ends_at WHERE id = :id AND state = 'serving' AND term_ends_at > :ends_at;

-- name: lengthen!
UPDATE memberships SET term_ends_at = :ends_at WHERE id = :id AND state = 'serving' AND term_ends_at < :ends_at;

-- name: contributions
-- What the consultations that a member answered in this term were for, and what has been done, as was told last.
SELECT c.question, c.decision, c.language, c.translations, COALESCE(o.we_did, '') AS we_did,
    COALESCE(o.language, '') AS told_in, COALESCE(o.translations, '') AS told_translations
FROM memberships AS m
JOIN consultations AS c ON c.panel_id = m.panel_id
JOIN responses AS r ON r.consultation_id = c.id AND r.person_id = m.person_id
LEFT JOIN outcomes AS o ON o.id = (SELECT l.id FROM outcomes AS l WHERE l.consultation_id = c.id AND l.state = 'posted'
    ORDER BY l.posted_at DESC, l.id DESC LIMIT 1)
WHERE m.id = :id AND r.state = 'finished' AND r.finished_at >= m.joined_at
ORDER BY c.id DESC;

-- name: member
-- Whose place it is, if they want to hear from us.
SELECT w.*
FROM memberships AS m JOIN recipients AS w ON w.id = m.person_id
WHERE m.id = :id AND w.stopped = 0;

-- name: count_curious
-- Who agrees to hear of new panels, and has nothing to do with this one yet.
SELECT COUNT(*)
FROM recipients AS w
JOIN consents AS c ON c.person_id = w.id AND c.purpose = 'new panels' AND c.withdrawn_at IS NULL
    AND c.version = :notice
WHERE w.stopped = 0 AND w.role = 'citizen'
    AND NOT EXISTS (SELECT 1 FROM interests AS i WHERE i.panel_id = :panel_id AND i.person_id = w.id)
    AND NOT EXISTS (SELECT 1 FROM memberships AS m WHERE m.panel_id = :panel_id AND m.person_id = w.id);
