-- name: panels_to_ask
-- Open panels (or one of them), with how many serve and how many of those want to hear from us.
SELECT p.id, p.name,
    COUNT(m.id) AS serving,
    COUNT(CASE WHEN w.stopped = 0 THEN 1 END) AS reached
FROM panels AS p
LEFT JOIN memberships AS m ON m.panel_id = p.id AND m.state = 'serving'
LEFT JOIN people AS w ON w.id = m.person_id
WHERE p.state = 'open' AND (CAST(:id AS TEXT) IS NULL OR p.id = CAST(:id AS TEXT))
GROUP BY p.id, p.name ORDER BY p.id;

-- name: add!
INSERT INTO consultations (id, panel_id, question, responsible_id, created_at, language)
VALUES (:id, :panel_id, :question, :responsible_id, :now, :language);

-- name: load
SELECT c.id, c.panel_id, p.name AS panel_name,
    p.language AS panel_language, p.translations AS panel_translations, c.question, c.decision, c.decided_by, c.closes_at, c.decides_on,
    c.report_by, c.responsible_id, c.state, c.publish_at, c.published_at, c.closed_at,
    CASE WHEN c.named = 1 THEN 'named' ELSE c.privacy END AS privacy, c.reminders, c.shows_live, c.language, c.translations,
    c.version, c.revises, c.shaped_until AS shaping_ends_at,
    (SELECT COUNT(*) FROM questions AS q
        WHERE q.consultation_id = c.id AND q.last_version IS NULL
            AND q.format NOT IN ('note', 'calculate', 'hidden')) AS questions
FROM consultations AS c JOIN panels AS p ON p.id = c.panel_id
WHERE c.id = :id;

-- name: hold
-- It stays as it is until the transaction ends: an answer and the closing cannot miss each other.
SELECT id FROM consultations WHERE id = :id /*+ FOR SHARE */;

-- name: page
SELECT c.id, c.panel_id, p.name AS panel_name,
    p.language AS panel_language, p.translations AS panel_translations, c.question, c.decision, c.decided_by, c.closes_at, c.decides_on,
    c.report_by, c.responsible_id, c.state, c.publish_at, c.published_at, c.closed_at,
    CASE WHEN c.named = 1 THEN 'named' ELSE c.privacy END AS privacy, c.reminders, c.shows_live, c.language, c.translations,
    c.version, c.revises, c.shaped_until AS shaping_ends_at,
    (SELECT COUNT(*) FROM questions AS q
        WHERE q.consultation_id = c.id AND q.last_version IS NULL
            AND q.format NOT IN ('note', 'calculate', 'hidden')) AS questions
FROM consultations AS c JOIN panels AS p ON p.id = c.panel_id
WHERE c.state <> 'cancelled' AND c.revises IS NULL
ORDER BY CASE c.state WHEN 'open' THEN 1 WHEN 'scheduled' THEN 2 WHEN 'draft' THEN 3 ELSE 4 END, c.id DESC
LIMIT :most OFFSET :skipped;

-- name: hold_draft
-- Nobody else changes the draft until the transaction ends.
UPDATE consultations SET state = state WHERE id = :id AND state = 'draft' RETURNING id;

-- name: set_privacy!
UPDATE consultations SET named = CASE WHEN CAST(:value AS TEXT) = 'named' THEN 1 ELSE 0 END,
    privacy = CASE WHEN CAST(:value AS TEXT) = 'anonymous' THEN 'anonymous' ELSE 'pseudonymous' END
WHERE id = :id AND state = 'draft';

-- name: set_reminders!
UPDATE consultations SET reminders = :value WHERE id = :id AND state = 'draft';

-- name: set_shows_live!
UPDATE consultations SET shows_live = :value WHERE id = :id AND state = 'draft';

-- name: set_question!
UPDATE consultations SET question = :value,
    translations = CASE WHEN question = :value THEN translations ELSE '' END WHERE id = :id AND state = 'draft';

-- name: set_decision!
UPDATE consultations SET decision = :value,
    translations = CASE WHEN decision = :value THEN translations ELSE '' END WHERE id = :id AND state = 'draft';

-- name: set_decided_by!
UPDATE consultations SET decided_by = :value,
    translations = CASE WHEN decided_by = :value THEN translations ELSE '' END WHERE id = :id AND state = 'draft';

-- name: set_closes_at!
UPDATE consultations SET closes_at = :value WHERE id = :id AND state = 'draft';

-- name: set_decides_on!
UPDATE consultations SET decides_on = :value WHERE id = :id AND state = 'draft';

-- name: set_report_by!
UPDATE consultations SET report_by = :value WHERE id = :id AND state = 'draft';

-- name: remove_draft
DELETE FROM consultations WHERE id = :id AND state = 'draft' RETURNING id;

-- name: schedule
UPDATE consultations SET state = 'scheduled', publish_at = :at WHERE id = :id AND state = 'draft' RETURNING id;

-- name: unschedule
UPDATE consultations SET state = 'draft', publish_at = NULL WHERE id = :id AND state = 'scheduled' RETURNING id;

-- name: open
UPDATE consultations SET state = 'open', published_at = :now
WHERE id = :id AND state IN ('draft', 'scheduled') RETURNING id;

-- name: close
UPDATE consultations SET state = 'closed', closed_at = :now WHERE id = :id AND state = 'open' RETURNING id;

-- name: cancel
UPDATE consultations SET state = 'cancelled', closed_at = :now WHERE id = :id AND state = 'open' RETURNING id;

-- name: questions
SELECT id, consultation_id, position, kind, wording, options, optional, least, most, source, format, details,
    translations, first_version, last_version, may_withhold FROM questions
WHERE consultation_id = :id ORDER BY position;

-- name: questions_of_version
SELECT id, consultation_id, position, kind, wording, options, optional, least, most, source, format, details,
    translations, first_version, last_version, may_withhold FROM questions
WHERE consultation_id = :id AND first_version <= :version AND (last_version IS NULL OR last_version >= :version)
ORDER BY position;

-- name: question
SELECT id, consultation_id, position, kind, wording, options, optional, least, most, source, format, details,
    translations, first_version, last_version, may_withhold FROM questions
WHERE id = :id;

-- name: add_question!
INSERT INTO questions (
    id, consultation_id, position, kind, wording, options, optional, least, most, source, format, details,
    may_withhold)
SELECT :id, :consultation_id, COALESCE(MAX(position), 0) + 1, CAST(:kind AS TEXT), CAST(:wording AS TEXT),
    CAST(:options AS TEXT), CAST(:optional AS BIGINT), CAST(:least AS BIGINT), CAST(:most AS BIGINT),
    CAST(:source AS TEXT), CAST(:format AS TEXT), CAST(:details AS TEXT), CAST(:may_withhold AS BIGINT)
FROM questions WHERE consultation_id = :consultation_id;

-- name: change_question!
-- Whatever is changed is no longer the published instrument's own, and its translations say something else.
UPDATE questions SET wording = :wording, options = :options, optional = :optional, least = :least, most = :most,
    details = :details, may_withhold = :may_withhold,
    source = CASE WHEN wording = :wording AND options = :options THEN source ELSE '' END,
    translations = CASE WHEN wording = :wording AND options = :options THEN translations ELSE '' END
WHERE id = :id;

-- name: place_question!
UPDATE questions SET position = :position WHERE id = :id;

-- name: remove_question!
DELETE FROM questions WHERE id = :id;

-- name: closed_of
-- What a panel was asked and is closed, the latest first.
SELECT id, question, closed_at FROM consultations
WHERE panel_id = :panel_id AND state = 'closed' ORDER BY closed_at DESC, id DESC LIMIT :most;

-- name: asked_since
-- What a panel was asked lately, the latest first.
SELECT question FROM consultations
WHERE panel_id = :panel_id AND id <> :id AND published_at >= :since AND state IN ('open', 'closed')
ORDER BY published_at DESC;

-- name: asked_of_members
-- What those who would be asked were asked lately, on whichever of their panels; the latest first.
SELECT q.wording, c.question, c.published_at
FROM consultations AS c JOIN questions AS q ON q.consultation_id = c.id
WHERE c.id <> :id AND c.published_at >= :since AND c.state IN ('open', 'closed')
  AND q.format NOT IN ('note', 'calculate', 'hidden') AND EXISTS (
    SELECT 1 FROM memberships AS one JOIN memberships AS other ON other.person_id = one.person_id
    WHERE one.panel_id = :panel_id AND one.state = 'serving' AND other.panel_id = c.panel_id AND other.state = 'serving')
ORDER BY c.published_at DESC, q.position;

-- name: revision_of
SELECT id FROM consultations WHERE revises = :id AND state = 'draft';

-- name: begin_revision
-- A draft with everything the open consultation has, but for its questions.
INSERT INTO consultations (id, panel_id, question, decision, decided_by, closes_at, decides_on, report_by,
    responsible_id, created_at, language, translations, privacy, named, reminders, shows_live, revises)
SELECT CAST(:id AS TEXT), panel_id, question, decision, decided_by, closes_at, decides_on, report_by, responsible_id,
    CAST(:now AS BIGINT), language, translations, privacy, named, reminders, shows_live, id
FROM consultations WHERE id = :revises AND state = 'open'
ON CONFLICT DO NOTHING RETURNING id;

-- name: copy_question!
INSERT INTO questions (id, consultation_id, position, kind, wording, options, optional, least, most, source, format,
    details, translations, may_withhold, origin)
SELECT CAST(:id AS TEXT), CAST(:consultation_id AS TEXT), position, kind, wording, options, optional, least, most,
    source, format, details, translations, may_withhold, id
FROM questions WHERE id = :origin;

-- name: origins
SELECT id, origin FROM questions WHERE consultation_id = :id AND origin IS NOT NULL;

-- name: adopt_question!
-- A question of a revision becomes one of the consultation.
UPDATE questions SET consultation_id = :consultation_id, position = :position, first_version = :version, origin = NULL
WHERE id = :id;

-- name: keep_question!
UPDATE questions SET position = :position, translations = :translations WHERE id = :id;

-- name: retire_question!
UPDATE questions SET position = :position, last_version = COALESCE(last_version, :version) WHERE id = :id;

-- name: out_of_the_way!
UPDATE questions SET position = -position - 1000000 WHERE consultation_id = :id;

-- name: new_version!
UPDATE consultations SET version = :version WHERE id = :id;

-- name: languages
-- The languages of those who would be asked, the most frequent first.
SELECT w.language, COUNT(*) AS number
FROM memberships AS m JOIN people AS w ON w.id = m.person_id
WHERE m.panel_id = :panel_id AND m.state = 'serving' AND w.stopped = 0
GROUP BY w.language ORDER BY 2 DESC, 1;

-- name: responsible
-- Whoever is responsible, or all staff when that person is staff no longer or does not want to be written to.
SELECT p.*
FROM recipients AS p
WHERE p.role = 'staff' AND p.stopped = 0 AND NOT EXISTS (
    SELECT 1 FROM consultations AS c JOIN people AS r ON r.id = c.responsible_id
    WHERE c.id = :id AND r.id <> p.id AND r.role = 'staff' AND r.stopped = 0)
ORDER BY p.id;
