-- name: members_to_invite
-- The next serving members of the consultation's panel who have no response yet.
SELECT p.*
FROM consultations AS c
JOIN memberships AS m ON m.panel_id = c.panel_id AND m.state = 'serving'
JOIN recipients AS p ON p.id = m.person_id
WHERE c.id = :consultation_id AND p.id > :after
  AND NOT EXISTS (SELECT 1 FROM responses AS r WHERE r.consultation_id = c.id AND r.person_id = p.id)
ORDER BY p.id LIMIT :most;

-- name: add!
INSERT INTO responses (id, consultation_id, person_id, state, invited_at, in_silence)
VALUES (:id, :consultation_id, :person_id, 'invited', :now,
    COALESCE((SELECT p.stopped FROM people AS p WHERE p.id = :person_id), 0))
ON CONFLICT (consultation_id, person_id) DO NOTHING;

-- name: add_guest!
INSERT INTO responses (id, consultation_id, person_id, state, invited_at, started_at, link, version)
SELECT CAST(:id AS TEXT), c.id, CAST(:person_id AS TEXT), 'started', CAST(:now AS BIGINT), CAST(:now AS BIGINT),
    CAST(:link AS TEXT), c.version
FROM consultations AS c WHERE c.id = :consultation_id
ON CONFLICT (consultation_id, person_id) DO NOTHING;

-- name: add_taken!
-- What staff took for somebody, complete from the first moment.
INSERT INTO responses (id, consultation_id, person_id, state, invited_at, started_at, finished_at, channel, with_helper,
    version)
SELECT CAST(:id AS TEXT), c.id, CAST(:person_id AS TEXT), 'finished', CAST(:now AS BIGINT), CAST(:now AS BIGINT),
    CAST(:now AS BIGINT), CAST(:channel AS TEXT), CAST(:with_helper AS BIGINT), c.version
FROM consultations AS c WHERE c.id = :consultation_id;

-- name: take_back
-- What staff took goes with the person it was taken for; anybody else's response stays.
DELETE FROM people WHERE channel <> 'chat' AND id IN (
    SELECT r.person_id FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
    WHERE r.id = :id AND r.channel <> 'chat' AND c.state = 'open')
RETURNING id;

-- name: is_serving
SELECT 1 FROM consultations AS c
JOIN memberships AS m ON m.panel_id = c.panel_id AND m.state = 'serving' AND m.person_id = :person_id
WHERE c.id = :consultation_id;

-- name: find
SELECT r.id, r.consultation_id, r.state, r.invited_at, r.started_at, r.finished_at, r.link, r.name, r.version,
    r.reminders, k.sealed AS panel_key
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
LEFT JOIN panel_keys AS k ON k.panel_id = c.panel_id
WHERE r.consultation_id = :consultation_id AND r.person_id = :person_id;

-- name: start!
-- Begun, or taken up again by somebody who had declined; whoever begins has the version of now.
UPDATE responses SET state = 'started', started_at = COALESCE(started_at, :now),
    with_helper = CASE WHEN with_helper = 1 THEN 1 ELSE CAST(:with_helper AS BIGINT) END,
    version = CASE WHEN started_at IS NULL
        THEN (SELECT c.version FROM consultations AS c WHERE c.id = responses.consultation_id) ELSE version END
WHERE id = :id AND state IN ('invited', 'declined');

-- name: decline
UPDATE responses SET state = 'declined' WHERE id = :id AND state IN ('invited', 'started', 'declined') RETURNING id;

-- name: finish!
UPDATE responses SET state = 'finished', finished_at = :now,
    with_helper = CASE WHEN with_helper = 1 THEN 1 ELSE CAST(:with_helper AS BIGINT) END
WHERE id = :id AND state <> 'finished';

-- name: reopen!
-- What was sent and has become incomplete is not counted until it is sent again.
UPDATE responses SET state = 'started', finished_at = NULL WHERE id = :id AND state = 'finished';

-- name: kept
-- What is needed to find or keep somebody's answers.
SELECT r.id, r.consultation_id, r.person_id, r.state, r.secret, c.panel_id, k.sealed AS panel_key,
    CASE WHEN c.privacy = 'anonymous' THEN 1 ELSE 0 END AS is_anonymous
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
LEFT JOIN panel_keys AS k ON k.panel_id = c.panel_id
WHERE r.id = :id;

-- name: set_secret!
UPDATE responses SET secret = :secret WHERE id = :id;

-- name: add_sheet!
INSERT INTO sheets (id, consultation_id) VALUES (:sheet, :consultation_id) ON CONFLICT (id) DO NOTHING;

-- name: remove_sheet!
DELETE FROM sheets WHERE id = :sheet;

-- name: save_answer!
INSERT INTO answers (sheet_id, question_id, value)
SELECT CAST(:sheet AS TEXT), q.id, CAST(:value AS TEXT) FROM questions AS q WHERE q.id = :question_id
ON CONFLICT (sheet_id, question_id) DO UPDATE SET value = excluded.value;

-- name: drop_answer!
DELETE FROM answers WHERE sheet_id = :sheet AND question_id = :question_id;

-- name: remove_answers!
DELETE FROM answers WHERE sheet_id = :sheet;

-- name: answers
SELECT question_id, value FROM answers WHERE sheet_id = :sheet;

-- name: is_quotable
SELECT quotable FROM sheets WHERE id = :sheet;

-- name: set_quotable!
UPDATE sheets SET quotable = :quotable WHERE id = :sheet;

-- name: stand_before!
UPDATE sheets SET next_question = :question_id WHERE id = :sheet;

-- name: stand_nowhere!
-- Of who has sent their answers or will not give any.
UPDATE sheets SET next_question = NULL WHERE id = :sheet;

-- name: open_for
-- What waits for somebody: open consultations they were asked in, or whose panel they serve on.
SELECT c.id, c.question, c.language, c.translations, c.closes_at, COALESCE(r.state, 'invited') AS state
FROM consultations AS c LEFT JOIN responses AS r ON r.consultation_id = c.id AND r.person_id = :person_id
WHERE c.state = 'open' AND c.closes_at > :now AND (r.id IS NOT NULL OR EXISTS (
    SELECT 1 FROM memberships AS m
    WHERE m.panel_id = c.panel_id AND m.person_id = :person_id AND m.state = 'serving'))
ORDER BY c.closes_at, c.id LIMIT :most OFFSET :skipped;

-- name: to_remind
SELECT p.*
FROM responses AS r JOIN recipients AS p ON p.id = r.person_id
WHERE r.consultation_id = :consultation_id AND p.id > :after AND p.stopped = 0
  AND r.state IN ('invited', 'started') AND r.reminders < :round
ORDER BY p.id LIMIT :most;

-- name: mark_reminded!
UPDATE responses SET reminded_at = :now, reminders = :round WHERE consultation_id = :consultation_id AND person_id = :person_id;

-- name: who_finished
SELECT p.*
FROM told_responses AS r JOIN recipients AS p ON p.id = r.person_id
WHERE r.consultation_id = :consultation_id AND p.id > :after AND p.stopped = 0 AND r.state = 'finished'
ORDER BY p.id LIMIT :most;

-- name: everyone_asked
SELECT p.*
FROM told_responses AS r JOIN recipients AS p ON p.id = r.person_id
WHERE r.consultation_id = :consultation_id AND p.id > :after AND p.stopped = 0
ORDER BY p.id LIMIT :most;

-- name: not_declined
SELECT p.*
FROM told_responses AS r JOIN recipients AS p ON p.id = r.person_id
WHERE r.consultation_id = :consultation_id AND p.id > :after AND p.stopped = 0 AND r.state <> 'declined'
ORDER BY p.id LIMIT :most;

-- name: turnout
SELECT way, state, CAST(SUM(number) AS INTEGER) AS number, CAST(SUM(helped) AS INTEGER) AS helped
FROM (
    SELECT way, state, COUNT(*) AS number, COUNT(CASE WHEN with_helper = 1 THEN 1 END) AS helped
    FROM response_ways WHERE consultation_id = :consultation_id GROUP BY way, state
    UNION ALL SELECT way, state, number, helped FROM kept_turnout WHERE consultation_id = :consultation_id
) AS counted GROUP BY way, state;

-- name: to_tell
SELECT COUNT(*) FROM told_responses AS r JOIN recipients AS p ON p.id = r.person_id
WHERE r.consultation_id = :consultation_id AND p.stopped = 0;

-- name: tallies
-- How often each answer was given by those who have sent theirs, by group of people; own words are only counted, as
-- null; who prefers not to say has [-1]. What people said who have been erased since, and ballots, come as rows of
-- their own.
WITH grouped AS MATERIALIZED (
    SELECT key AS sheet_id, CAST(CAST(value AS TEXT) AS INTEGER) AS slice FROM json_each(:groups /*+ ::json */)
), sent AS MATERIALIZED (
    SELECT s.id, g.slice FROM sheets AS s LEFT JOIN grouped AS g ON g.sheet_id = s.id
    WHERE s.consultation_id = :consultation_id
), counted AS (
    SELECT a.question_id, s.slice, CASE WHEN substr(a.value, 1, 1) = '"' THEN 'null' ELSE a.value END AS value,
        COUNT(*) AS number
    FROM sent AS s JOIN answers AS a ON a.sheet_id = s.id WHERE a.value <> 'null' GROUP BY 1, 2, 3
)
SELECT a.question_id, CASE WHEN q.kind <> 'text' THEN a.slice END AS slice,
    CASE WHEN q.kind = 'text' AND a.value <> '[-1]' THEN 'null' ELSE a.value END AS value,
    CAST(SUM(a.number) AS INTEGER) AS number
FROM counted AS a JOIN questions AS q ON q.id = a.question_id GROUP BY 1, 2, 3
UNION ALL
SELECT k.question_id, NULL, k.value, k.number FROM kept_counts AS k JOIN questions AS q ON q.id = k.question_id
WHERE q.consultation_id = :consultation_id
UNION ALL
SELECT b.question_id, NULL, CASE WHEN q.kind = 'text' AND b.value <> '[-1]' THEN 'null' ELSE b.value END AS value,
    COUNT(*) AS number
FROM ballots AS b JOIN questions AS q ON q.id = b.question_id
WHERE q.consultation_id = :consultation_id GROUP BY 1, 3;

-- name: texts
SELECT a.sheet_id, a.value, s.quotable FROM answers AS a JOIN sheets AS s ON s.id = a.sheet_id
WHERE a.question_id = :question_id AND a.value NOT IN ('null', '[-1]');

-- name: set_name!
UPDATE responses SET name = :name WHERE id = :id;

-- name: named_page
-- Who has sent their answers with a name on them, in the order they came.
SELECT r.id, r.name, r.version, r.person_id, k.sealed AS sealed_key
FROM responses AS r JOIN data_keys AS k ON k.person_id = r.person_id
WHERE r.consultation_id = :consultation_id AND r.state = 'finished' AND r.name <> ''
ORDER BY r.id LIMIT :most OFFSET :skipped;

-- name: named_one
SELECT r.id, r.name, r.version, r.person_id, k.sealed AS sealed_key
FROM responses AS r JOIN data_keys AS k ON k.person_id = r.person_id
WHERE r.id = :id AND r.consultation_id = :consultation_id AND r.state = 'finished' AND r.name <> '';

-- name: live
SELECT answered, figures FROM live_results WHERE consultation_id = :consultation_id;

-- name: keep_live!
INSERT INTO live_results (consultation_id, answered, figures) VALUES (:consultation_id, :answered, :figures)
ON CONFLICT (consultation_id) DO UPDATE SET answered = excluded.answered, figures = excluded.figures;

-- name: tags
SELECT source, tag FROM text_tags WHERE question_id = :question_id ORDER BY tag, source;

-- name: tag!
INSERT INTO text_tags (question_id, source, tag) VALUES (:question_id, :source, :tag) ON CONFLICT DO NOTHING;

-- name: untag!
DELETE FROM text_tags WHERE question_id = :question_id AND source = :source AND tag = :tag;

-- name: closed_for
-- What somebody was asked and can read the results of, the latest first.
SELECT c.id, c.question, c.language, c.translations FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
WHERE r.person_id = :person_id AND c.state = 'closed' ORDER BY c.closed_at DESC, c.id DESC LIMIT :most;

-- name: sizes
WITH grouped AS MATERIALIZED (
    SELECT key AS person_id, CAST(CAST(value AS TEXT) AS INTEGER) AS slice FROM json_each(:groups /*+ ::json */)
)
SELECT g.slice, w.state, w.way, COUNT(*) AS number
FROM response_ways AS w JOIN grouped AS g ON g.person_id = w.person_id
WHERE w.consultation_id = :consultation_id GROUP BY 1, 2, 3;

-- name: stopped_before
-- How many of those who have not sent theirs are asked which question next; null of those who answered none.
WITH standing AS (
    SELECT next_question, COUNT(*) AS number FROM sheets
    WHERE consultation_id = :consultation_id AND next_question IS NOT NULL GROUP BY next_question
)
SELECT next_question, number FROM standing
UNION ALL
SELECT NULL, COUNT(*) - (SELECT CAST(COALESCE(SUM(number), 0) AS INTEGER) FROM standing)
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
WHERE r.consultation_id = :consultation_id AND r.state = 'started' AND c.privacy <> 'anonymous';

-- name: published
SELECT figures FROM published_results WHERE consultation_id = :consultation_id;

-- name: publish!
INSERT INTO published_results (consultation_id, figures, published_at) VALUES (:consultation_id, :figures, :now)
ON CONFLICT (consultation_id) DO NOTHING;
