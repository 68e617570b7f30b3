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
);

-- name: count_support
SELECT COUNT(*) FROM support_requests WHERE state = 'closed' AND closed_at < :before;

-- name: count_audit
SELECT COUNT(*) FROM audit WHERE recorded_at < :before;

-- name: delete_texts
DELETE FROM answers WHERE (response_id, question_id) IN (
    SELECT a.response_id, a.question_id FROM answers AS a
    JOIN questions AS q ON q.id = a.question_id AND q.kind = 'text'
    JOIN consultations AS c ON c.id = q.consultation_id
    WHERE c.state IN ('closed', 'cancelled') AND c.closes_at < :before LIMIT :most)
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
        SELECT 1 FROM answers AS a WHERE a.question_id = text_tags.question_id AND a.response_id = text_tags.source)
    AND NOT EXISTS (SELECT 1 FROM ballots AS b WHERE b.question_id = text_tags.question_id AND b.id = text_tags.source);

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
