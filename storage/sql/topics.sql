-- name: add
-- Nothing comes back when somebody has as many open topics already as they may.
INSERT INTO topics (id, words, own_key, language, proposer_id, proposed_at, state, spoken)
SELECT CAST(:id AS TEXT), CAST(:words AS TEXT), 1, p.language, p.id, CAST(:now AS BIGINT),
    CASE CAST(:spoken AS BIGINT) WHEN 1 THEN 'hidden' ELSE 'open' END, CAST(:spoken AS BIGINT)
FROM people AS p
WHERE p.id = :person_id
    AND (SELECT COUNT(*) FROM topics AS t WHERE t.proposer_id = p.id AND (t.state = 'open' OR t.spoken = 1))
        < CAST(:most AS INTEGER)
RETURNING id;

-- name: open_of
SELECT COUNT(*) FROM topics WHERE proposer_id = :person_id AND (state = 'open' OR spoken = 1);

-- name: load
-- One topic as one person sees it.
SELECT t.id, t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key,
    t.state, t.answer, t.answered_at, t.hidden_because, t.proposed_at,
    t.language, t.staff_language, t.translations, t.spoken,
    t.kept_supporters + (SELECT COUNT(*) FROM supports AS s WHERE s.topic_id = t.id) AS supporters,
    EXISTS (SELECT 1 FROM supports AS s WHERE s.topic_id = t.id AND s.person_id = :person_id) AS supported,
    COALESCE(t.proposer_id = :person_id, FALSE) AS own
FROM topics AS t LEFT JOIN data_keys AS k ON k.person_id = t.proposer_id WHERE t.id = :id;

-- name: page
-- Topics in one state: the most supported first, then the newest.
SELECT t.id, t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key,
    t.state, t.answer, t.answered_at, t.hidden_because, t.proposed_at,
    t.language, t.staff_language, t.translations, t.spoken,
    t.kept_supporters + COUNT(s.person_id) AS supporters,
    COUNT(CASE WHEN s.person_id = :person_id THEN 1 END) AS supported,
    COALESCE(t.proposer_id = :person_id, FALSE) AS own
FROM topics AS t LEFT JOIN supports AS s ON s.topic_id = t.id
LEFT JOIN data_keys AS k ON k.person_id = t.proposer_id
WHERE t.state = :state AND t.spoken = 0
GROUP BY t.id, t.words, t.own_key, k.sealed, t.state, t.answer, t.answered_at, t.hidden_because, t.proposed_at,
    t.language, t.staff_language, t.translations, t.spoken, t.proposer_id, t.kept_supporters
ORDER BY supporters DESC, t.id DESC LIMIT :most OFFSET :skipped;

-- name: answered
-- The latest answer first.
SELECT t.id, t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key,
    t.state, t.answer, t.answered_at, t.hidden_because, t.proposed_at,
    t.language, t.staff_language, t.translations, t.spoken,
    t.kept_supporters + (SELECT COUNT(*) FROM supports AS s WHERE s.topic_id = t.id) AS supporters,
    EXISTS (SELECT 1 FROM supports AS s WHERE s.topic_id = t.id AND s.person_id = :person_id) AS supported,
    COALESCE(t.proposer_id = :person_id, FALSE) AS own
FROM topics AS t LEFT JOIN data_keys AS k ON k.person_id = t.proposer_id WHERE t.state = 'answered'
ORDER BY t.answered_at DESC, t.id DESC LIMIT :most OFFSET :skipped;

-- name: support
-- Once, and only while the topic is open; an answer given at the same moment waits for it or comes before it.
INSERT INTO supports (topic_id, person_id, supported_at)
SELECT t.id, CAST(:person_id AS TEXT), CAST(:now AS BIGINT)
FROM topics AS t WHERE t.id = :id AND t.state = 'open' /*+ FOR SHARE */
ON CONFLICT DO NOTHING RETURNING topic_id;

-- name: take_back
DELETE FROM supports
WHERE topic_id = :id AND person_id = :person_id
    AND EXISTS (SELECT 1 FROM topics AS t WHERE t.id = :id AND t.state = 'open')
RETURNING topic_id;

-- name: withdraw
-- A spoken one that is not written down yet can be withdrawn too.
UPDATE topics SET state = 'withdrawn', spoken = 0
WHERE id = :id AND proposer_id = :person_id AND (state = 'open' OR spoken = 1) RETURNING id;

-- name: answer
UPDATE topics SET state = 'answered', answer = :answer, staff_language = :language, answered_by = :person_id, answered_at = :now
WHERE id = :id AND state = 'open' RETURNING id;

-- name: hide
UPDATE topics SET state = 'hidden', hidden_because = :reason, staff_language = :language WHERE id = :id AND state = 'open' RETURNING id;

-- name: show
UPDATE topics SET state = 'open', hidden_because = '' WHERE id = :id AND state = 'hidden' AND spoken = 0 RETURNING id;

-- name: proposer
-- Who proposed it, if they want to hear from us.
SELECT w.*
FROM topics AS t JOIN recipients AS w ON w.id = t.proposer_id
WHERE t.id = :id AND w.stopped = 0;

-- name: concerned
-- The proposer and the supporters who want to hear from us, a page at a time.
SELECT w.*
FROM recipients AS w
WHERE w.stopped = 0 AND w.id > :after AND w.id IN (
    SELECT person_id FROM supports WHERE topic_id = :id
    UNION SELECT proposer_id FROM topics WHERE id = :id AND proposer_id IS NOT NULL)
ORDER BY w.id LIMIT :most;

-- name: concerned_count
SELECT COUNT(*) FROM people AS w
WHERE w.stopped = 0 AND w.id IN (
    SELECT person_id FROM supports WHERE topic_id = :id
    UNION SELECT proposer_id FROM topics WHERE id = :id AND proposer_id IS NOT NULL);

-- name: spoken
-- Those that wait to be written down, the oldest first.
SELECT id, proposed_at FROM topics WHERE spoken = 1 ORDER BY id LIMIT :most;

-- name: write_down
UPDATE topics SET words = :words, language = :language, state = 'open', spoken = 0
WHERE id = :id AND spoken = 1 RETURNING id;

-- name: proposed_by
SELECT proposer_id FROM topics WHERE id = :id;

-- name: turn_down
-- What was said cannot be used; nothing of it is kept.
DELETE FROM topics WHERE id = :id AND spoken = 1 RETURNING id;
