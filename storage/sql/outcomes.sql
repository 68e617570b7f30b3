-- name: add!
INSERT INTO outcomes (id, consultation_id, we_asked, you_said, we_did, state, author_id, post_at, created_at,
    language)
VALUES (:id, :consultation_id, :we_asked, :you_said, :we_did, :state, :author_id, :post_at, :now, :language);

-- name: load
SELECT o.id, o.consultation_id, o.we_asked, o.you_said, o.we_did, o.state, o.author_id, o.post_at, o.posted_at,
    o.language, o.translations,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'yes') AS yes,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'partly') AS partly,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'no') AS no
FROM outcomes AS o WHERE o.id = :id;

-- name: of_consultation
SELECT o.id, o.consultation_id, o.we_asked, o.you_said, o.we_did, o.state, o.author_id, o.post_at, o.posted_at,
    o.language, o.translations,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'yes') AS yes,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'partly') AS partly,
    (SELECT COUNT(*) FROM verdicts AS v WHERE v.outcome_id = o.id AND v.verdict = 'no') AS no
FROM outcomes AS o WHERE o.consultation_id = :consultation_id AND o.state <> 'cancelled' ORDER BY o.id;

-- name: post
-- A planned one is told now; nothing comes back when it has been told or taken back already.
UPDATE outcomes SET state = 'posted', posted_at = :now WHERE id = :id AND state = 'scheduled' RETURNING id;

-- name: cancel
UPDATE outcomes SET state = 'cancelled' WHERE id = :id AND state = 'scheduled' RETURNING id;

-- name: told_to
-- Whether anything was told since of what somebody was asked.
SELECT 1 FROM outcomes AS o JOIN told_responses AS r ON r.consultation_id = o.consultation_id
WHERE r.person_id = :person_id AND o.state = 'posted' AND o.posted_at > :since LIMIT 1;

-- name: latest
SELECT o.id, o.we_asked, o.posted_at, p.name AS panel_name, p.language AS panel_language,
    p.translations AS panel_translations, o.language, o.translations
FROM outcomes AS o JOIN consultations AS c ON c.id = o.consultation_id JOIN panels AS p ON p.id = c.panel_id
WHERE o.state = 'posted' ORDER BY o.posted_at DESC, o.id DESC LIMIT :most OFFSET :skipped;

-- name: give_verdict!
-- One person's last word counts.
INSERT INTO verdicts (outcome_id, person_id, verdict, given_at) VALUES (:outcome_id, :person_id, :verdict, :now)
ON CONFLICT (outcome_id, person_id) DO UPDATE SET verdict = excluded.verdict, given_at = excluded.given_at;

-- name: promises
-- What is owed, by the day it is due; then what has been kept, the latest first.
SELECT c.id, c.question, c.state, c.report_by, t.told,
    (SELECT COALESCE(CAST(SUM(v.number) AS INTEGER), 0) FROM all_verdicts AS v
        WHERE v.consultation_id = c.id AND v.verdict = 'yes') AS yes,
    (SELECT COALESCE(CAST(SUM(v.number) AS INTEGER), 0) FROM all_verdicts AS v
        WHERE v.consultation_id = c.id AND v.verdict = 'partly') AS partly,
    (SELECT COALESCE(CAST(SUM(v.number) AS INTEGER), 0) FROM all_verdicts AS v
        WHERE v.consultation_id = c.id AND v.verdict = 'no') AS no
FROM consultations AS c JOIN (
    SELECT k.id, COUNT(o.id) AS told FROM consultations AS k
    LEFT JOIN outcomes AS o ON o.consultation_id = k.id AND o.state = 'posted' GROUP BY k.id
) AS t ON t.id = c.id
WHERE c.state IN ('open', 'closed')
ORDER BY CASE WHEN t.told = 0 THEN 0 ELSE 1 END, CASE WHEN t.told = 0 THEN c.report_by ELSE '' END, c.id DESC
LIMIT :most OFFSET :skipped;

-- name: is_owed
SELECT 1 FROM consultations AS c WHERE c.id = :consultation_id AND c.state IN ('open', 'closed')
  AND NOT EXISTS (SELECT 1 FROM outcomes AS o WHERE o.consultation_id = c.id AND o.state = 'posted');
