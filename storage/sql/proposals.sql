-- name: begin
UPDATE consultations SET shaped_until = :until WHERE id = :id AND state = 'draft' RETURNING id;

-- name: add
-- Nothing comes back when somebody has as many open ones as they may.
INSERT INTO question_proposals (id, consultation_id, question_id, person_id, words, own_key, proposed_at)
SELECT CAST(:id AS TEXT), CAST(:consultation_id AS TEXT), CAST(:question_id AS TEXT), CAST(:person_id AS TEXT),
    CAST(:words AS TEXT), 1, CAST(:now AS BIGINT)
WHERE (SELECT COUNT(*) FROM question_proposals AS o WHERE o.consultation_id = CAST(:consultation_id AS TEXT)
    AND o.person_id = CAST(:person_id AS TEXT) AND o.state = 'open') < CAST(:most AS BIGINT)
RETURNING id;

-- name: of_consultation
-- The most supported first, then the oldest.
SELECT p.id, p.consultation_id, p.question_id, p.words, p.own_key, p.person_id AS writer_id, k.sealed AS writer_key,
    p.state,
    (SELECT COUNT(*) FROM proposal_supports AS s WHERE s.proposal_id = p.id) AS supporters,
    (SELECT COUNT(*) FROM proposal_supports AS s WHERE s.proposal_id = p.id AND s.person_id = :person_id) AS supported,
    CASE WHEN p.person_id = :person_id THEN 1 ELSE 0 END AS own
FROM question_proposals AS p JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.consultation_id = :consultation_id AND p.state = 'open'
ORDER BY supporters DESC, p.id;

-- name: load
SELECT p.id, p.consultation_id, p.question_id, p.words, p.own_key, p.person_id AS writer_id, k.sealed AS writer_key,
    p.state,
    (SELECT COUNT(*) FROM proposal_supports AS s WHERE s.proposal_id = p.id) AS supporters,
    (SELECT COUNT(*) FROM proposal_supports AS s WHERE s.proposal_id = p.id AND s.person_id = :person_id) AS supported,
    CASE WHEN p.person_id = :person_id THEN 1 ELSE 0 END AS own
FROM question_proposals AS p JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.id = :id;

-- name: settle
UPDATE question_proposals SET state = :state WHERE id = :id AND state = 'open' RETURNING id;

-- name: support!
INSERT INTO proposal_supports (proposal_id, person_id) VALUES (:id, :person_id) ON CONFLICT DO NOTHING;

-- name: take_back!
DELETE FROM proposal_supports WHERE proposal_id = :id AND person_id = :person_id;

-- name: proposer
SELECT w.* FROM question_proposals AS p JOIN recipients AS w ON w.id = p.person_id
WHERE p.id = :id AND w.stopped = 0;

-- name: members
-- Whoever may shape the questions and wants to hear of it, a page at a time.
SELECT w.* FROM consultations AS c
JOIN memberships AS m ON m.panel_id = c.panel_id AND m.state = 'serving'
JOIN recipients AS w ON w.id = m.person_id
WHERE c.id = :consultation_id AND w.stopped = 0 AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: shaped_by
-- Drafts whose questions somebody may shape just now.
SELECT c.id, c.question, c.language, c.translations, c.shaped_until AS until_at
FROM consultations AS c JOIN memberships AS m ON m.panel_id = c.panel_id AND m.state = 'serving'
WHERE m.person_id = :person_id AND c.state = 'draft' AND c.shaped_until > :now ORDER BY c.shaped_until, c.id;
