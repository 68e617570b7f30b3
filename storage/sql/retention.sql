-- name: count_texts
SELECT (
    SELECT COUNT(*) FROM answers AS a
    JOIN questions AS q ON q.id = a.question_id AND q.kind = 'text'
    JOIN consultations AS c ON c.id = q.consultation_id
    WHERE c.state IN ('closed', 'cancelled') AND c.closes_at < :before
) + (
    SELECT COUNT(*) FROM ballots AS b
    JOIN questions AS q ON q.id = b.question_id AND q.kind = 'text'
    JOIN consultations AS c ON c.id = q.consultation_id
    WHERE c.state IN ('closed', 'cancelled') AND c.closes_at < :before
) + (
    SELECT COUNT(*) FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
    WHERE r.secret <> '' AND c.state IN ('closed', 'cancelled') AND c.closes_at < :before
);

-- name: count_support
SELECT COUNT(*) FROM support_requests WHERE state = 'closed' AND closed_at < :before;

-- name: count_audit
SELECT COUNT(*) FROM audit WHERE recorded_at < :before;

-- name: count_names
SELECT COUNT(*) FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
WHERE r.name <> '' AND c.state IN ('closed', 'cancelled') AND c.closes_at < :before;

-- name: count_taken
SELECT COUNT(*) FROM people AS p
WHERE p.channel <> 'chat' AND EXISTS (SELECT 1 FROM responses AS r WHERE r.person_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
        WHERE r.person_id = p.id AND NOT (c.state IN ('closed', 'cancelled') AND c.closes_at < :before));

-- name: count_openings
SELECT COUNT(*) FROM openings WHERE opened_at < :before;

-- name: count_memberships
SELECT COUNT(*) FROM memberships WHERE state IN ('completed', 'left') AND ended_at < :before;

-- name: count_profiles
SELECT COUNT(*) FROM profiles WHERE updated_at < :before;

-- name: count_draws
SELECT COUNT(*) FROM draws WHERE state IN ('drawn', 'failed') AND drawn_at < :before
    AND (request IS NOT NULL OR record IS NOT NULL);

-- name: delete_names
UPDATE responses SET name = '' WHERE id IN (
    SELECT r.id FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
    WHERE r.name <> '' AND c.state IN ('closed', 'cancelled') AND c.closes_at < :before LIMIT :most)
RETURNING 1;

-- name: taken
-- Forms that staff took down, of surveys that are all over: whose they are nobody knows.
SELECT p.id FROM people AS p
WHERE p.channel <> 'chat' AND EXISTS (SELECT 1 FROM responses AS r WHERE r.person_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
        WHERE r.person_id = p.id AND NOT (c.state IN ('closed', 'cancelled') AND c.closes_at < :before))
LIMIT :most;

-- name: delete_openings
DELETE FROM openings WHERE (token, person_id) IN (
    SELECT token, person_id FROM openings WHERE opened_at < :before LIMIT :most)
RETURNING token;

-- name: keep_opened!
UPDATE links SET kept_opened = kept_opened + :number WHERE token = :token;

-- name: delete_memberships
DELETE FROM memberships WHERE id IN (
    SELECT id FROM memberships WHERE state IN ('completed', 'left') AND ended_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_profiles
DELETE FROM profiles WHERE person_id IN (SELECT person_id FROM profiles WHERE updated_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_draws
-- That there was a draw stays known, and its fingerprint.
UPDATE draws SET request = NULL, record = NULL WHERE id IN (
    SELECT id FROM draws WHERE state IN ('drawn', 'failed') AND drawn_at < :before
        AND (request IS NOT NULL OR record IS NOT NULL) LIMIT :most)
RETURNING 1;

-- name: delete_timers
DELETE FROM timers WHERE id IN (
    SELECT id FROM timers WHERE state <> 'waiting' AND finished_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_outbox
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE state NOT IN ('waiting', 'sending') AND finished_at < :before
        AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.view_id = outbox.id) LIMIT :most)
RETURNING 1;

-- name: delete_media
DELETE FROM media WHERE digest IN (SELECT digest FROM media WHERE created_at < :before LIMIT :most) RETURNING 1;

-- name: delete_texts
DELETE FROM answers WHERE (sheet_id, question_id) IN (
    SELECT a.sheet_id, a.question_id FROM answers AS a
    JOIN questions AS q ON q.id = a.question_id AND q.kind = 'text'
    JOIN consultations AS c ON c.id = q.consultation_id
    WHERE c.state IN ('closed', 'cancelled') AND c.closes_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_unsent
-- Answers that were never sent, own words among them.
UPDATE responses SET secret = '' WHERE id IN (
    SELECT r.id FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
    WHERE r.secret <> '' AND c.state IN ('closed', 'cancelled') AND c.closes_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_ballot_texts
DELETE FROM ballots WHERE (question_id, id) IN (
    SELECT b.question_id, b.id FROM ballots AS b
    JOIN questions AS q ON q.id = b.question_id AND q.kind = 'text'
    JOIN consultations AS c ON c.id = q.consultation_id
    WHERE c.state IN ('closed', 'cancelled') AND c.closes_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_loose_tags!
-- What staff noted on words that are gone.
DELETE FROM text_tags WHERE NOT EXISTS (
        SELECT 1 FROM answers AS a WHERE a.question_id = text_tags.question_id AND a.sheet_id = text_tags.source)
    AND NOT EXISTS (SELECT 1 FROM ballots AS b WHERE b.question_id = text_tags.question_id AND b.id = text_tags.source);

-- name: delete_sheet!
DELETE FROM sheets WHERE id = :id;

-- name: delete_support
DELETE FROM support_requests WHERE id IN (
    SELECT id FROM support_requests WHERE state = 'closed' AND closed_at < :before LIMIT :most)
RETURNING 1;

-- name: delete_audit
DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE recorded_at < :before LIMIT :most) RETURNING 1;

-- name: record!
INSERT INTO retention_runs (day, rule, number) VALUES (:day, :rule, :number)
ON CONFLICT (day, rule) DO UPDATE SET number = retention_runs.number + excluded.number;

-- name: deleted
SELECT rule, CAST(SUM(number) AS INTEGER) AS number FROM retention_runs
WHERE day >= :first AND day <= :last GROUP BY rule;

-- name: last_run
SELECT MAX(day) FROM retention_runs;
