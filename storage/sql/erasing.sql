-- name: keep_counts!
-- What somebody answered in surveys that are closed stays in their totals, as counts that belong to nobody.
INSERT INTO kept_counts (question_id, value, number)
SELECT a.question_id, a.value, 1
FROM answers AS a
JOIN questions AS q ON q.id = a.question_id AND q.kind <> 'text'
JOIN consultations AS c ON c.id = q.consultation_id AND c.state = 'closed'
WHERE a.sheet_id IN (SELECT key FROM json_each(:sheets /*+ ::json */)) AND a.value <> 'null'
ON CONFLICT (question_id, value) DO UPDATE SET number = kept_counts.number + 1;

-- name: keep_turnout!
INSERT INTO kept_turnout (consultation_id, way, state, number, helped)
SELECT r.consultation_id, r.way, r.state, 1, r.with_helper
FROM response_ways AS r JOIN consultations AS c ON c.id = r.consultation_id AND c.state = 'closed'
WHERE r.person_id = :person_id
ON CONFLICT (consultation_id, way, state) DO UPDATE SET number = kept_turnout.number + 1,
    helped = kept_turnout.helped + excluded.helped;

-- name: keep_verdicts!
INSERT INTO kept_verdicts (outcome_id, verdict, number)
SELECT v.outcome_id, v.verdict, 1 FROM verdicts AS v WHERE v.person_id = :person_id
ON CONFLICT (outcome_id, verdict) DO UPDATE SET number = kept_verdicts.number + 1;

-- name: keep_openings!
UPDATE links SET kept_opened = kept_opened + 1
WHERE token IN (SELECT o.token FROM openings AS o WHERE o.person_id = :person_id);

-- name: keep_supports!
UPDATE topics SET kept_supporters = kept_supporters + 1
WHERE id IN (SELECT topic_id FROM supports WHERE person_id = :person_id)
  AND (proposer_id IS NULL OR proposer_id <> :person_id);

-- name: remove_own_topics!
-- A topic that nobody else supports goes with who proposed it, and so does one that was withdrawn or hidden.
DELETE FROM topics WHERE proposer_id = :person_id AND (state IN ('withdrawn', 'hidden') OR (
    kept_supporters = 0 AND NOT EXISTS (
        SELECT 1 FROM supports AS s WHERE s.topic_id = topics.id AND s.person_id <> :person_id)));

-- name: topics_to_hand_over
SELECT t.id, t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key
FROM topics AS t JOIN data_keys AS k ON k.person_id = t.proposer_id
WHERE t.proposer_id = :person_id AND t.own_key = 1;

-- name: hand_over_topic!
UPDATE topics SET words = :words, own_key = 0 WHERE id = :id;

-- name: places
-- The panels where a seat becomes free.
SELECT panel_id FROM memberships WHERE person_id = :person_id AND state = 'serving';

-- name: remove_timers!
DELETE FROM timers WHERE key LIKE :pattern;

-- name: remove_memberships_timers!
DELETE FROM timers WHERE EXISTS (
    SELECT 1 FROM memberships AS m WHERE m.person_id = :person_id AND timers.key LIKE '%:' || m.id)
OR EXISTS (SELECT 1 FROM seats_offered AS s WHERE s.person_id = :person_id AND timers.key LIKE '%:' || s.id);

-- name: remove_tags!
-- What staff noted on their words.
DELETE FROM text_tags WHERE source IN (SELECT key FROM json_each(:sheets /*+ ::json */));

-- name: remove_sheets!
DELETE FROM sheets WHERE id IN (SELECT key FROM json_each(:sheets /*+ ::json */));

-- name: remove!
-- Everything that hangs on the person goes with the row, the data key first of all.
DELETE FROM people WHERE id = :person_id;

-- name: settings
SELECT p.role, p.language, p.language_chosen, p.source, l.venue AS source_place, p.stopped, p.created_at, p.active_at,
    p.text_only, p.plain_words, p.with_helper, p.by_voice, p.zone, p.quiet_from, p.quiet_until, p.best_time, p.most_asked,
    p.paused_until, p.channel, p.asked_to_stay_at, p.asked_again_at, p.invited_to_tell, p.offered,
    CASE WHEN p.code = '' THEN 0 ELSE 1 END AS has_code, p.code_counts_at, p.code_misses
FROM people AS p LEFT JOIN links AS l ON l.token = p.source WHERE p.id = :person_id;

-- name: identity
SELECT i.telegram_id, i.unreachable_at FROM identities AS i WHERE i.person_id = :person_id;

-- name: profile
SELECT v.values_given, v.notice, v.updated_at FROM profiles AS v WHERE v.person_id = :person_id;

-- name: conversation
SELECT c.state, c.parked FROM conversations AS c WHERE c.person_id = :person_id;

-- name: consents
SELECT c.purpose, c.version, c.language, c.given_at, c.withdrawn_at
FROM consents AS c WHERE c.person_id = :person_id ORDER BY c.id;

-- name: memberships
SELECT p.name AS panel, m.state, m.term, m.staying, m.joined_at, m.term_ends_at, m.ended_at,
    m.asked_to_stay_at, m.stays_since, m.home
FROM memberships AS m JOIN panels AS p ON p.id = m.panel_id WHERE m.person_id = :person_id ORDER BY m.id;

-- name: interests
SELECT p.name AS panel, i.expressed_at, i.link, i.home
FROM interests AS i JOIN panels AS p ON p.id = i.panel_id WHERE i.person_id = :person_id ORDER BY p.id;

-- name: chances
SELECT p.name AS panel, c.chance / 1000000.0 AS chance_so_far
FROM chances AS c JOIN panels AS p ON p.id = c.panel_id WHERE c.person_id = :person_id ORDER BY p.id;

-- name: draws
SELECT p.name AS panel, d.drawn_at, s.pseudonym
FROM draw_people AS s JOIN draws AS d ON d.id = s.draw_id JOIN panels AS p ON p.id = d.panel_id
WHERE s.person_id = :person_id ORDER BY d.id;

-- name: seats_offered
SELECT p.name AS panel, s.place, s.state, s.term_ends_at, s.lapses_at, s.home
FROM seats_offered AS s JOIN panels AS p ON p.id = s.panel_id WHERE s.person_id = :person_id ORDER BY s.id;

-- name: topics
SELECT t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key, t.state, t.language, t.proposed_at,
    t.answer, t.answered_at, t.hidden_because
FROM topics AS t JOIN data_keys AS k ON k.person_id = t.proposer_id WHERE t.proposer_id = :person_id ORDER BY t.id;

-- name: supports
SELECT t.words, t.own_key, t.proposer_id AS writer_id, k.sealed AS writer_key, s.supported_at
FROM supports AS s JOIN topics AS t ON t.id = s.topic_id LEFT JOIN data_keys AS k ON k.person_id = t.proposer_id
WHERE s.person_id = :person_id ORDER BY t.id;

-- name: responses
SELECT r.id, c.question AS asked, c.translations, r.state, r.invited_at, r.started_at, r.finished_at, r.reminded_at,
    r.reminders, r.with_helper, r.channel, r.link, r.version, r.in_silence, r.name, r.secret
FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id WHERE r.person_id = :person_id ORDER BY r.id;

-- name: sheets
SELECT s.id, s.quotable, s.next_question
FROM sheets AS s WHERE s.id IN (SELECT key FROM json_each(:sheets /*+ ::json */));

-- name: answers
SELECT a.sheet_id, q.wording, q.kind, q.options, q.details, q.translations, a.value
FROM answers AS a JOIN questions AS q ON q.id = a.question_id
WHERE a.sheet_id IN (SELECT key FROM json_each(:sheets /*+ ::json */)) ORDER BY a.sheet_id, q.position;

-- name: tags
-- What staff noted on their words.
SELECT g.source, g.tag FROM text_tags AS g
WHERE g.source IN (SELECT key FROM json_each(:sheets /*+ ::json */)) ORDER BY g.tag;

-- name: asked
SELECT q.id, q.wording, q.kind, q.options, q.details, q.translations
FROM responses AS r JOIN questions AS q
    ON q.consultation_id = r.consultation_id WHERE r.id = :id ORDER BY q.position;

-- name: proposals
SELECT c.question AS asked, c.translations, p.words, p.own_key, p.person_id AS writer_id,
    k.sealed AS writer_key, p.state, p.proposed_at
FROM question_proposals AS p JOIN consultations AS c ON c.id = p.consultation_id
JOIN data_keys AS k ON k.person_id = p.person_id
WHERE p.person_id = :person_id ORDER BY p.id;

-- name: proposals_supported
SELECT c.question AS asked, c.translations, p.words, p.own_key, p.person_id AS writer_id,
    k.sealed AS writer_key
FROM proposal_supports AS s JOIN question_proposals AS p ON p.id = s.proposal_id
JOIN consultations AS c ON c.id = p.consultation_id JOIN data_keys AS k ON k.person_id = p.person_id
WHERE s.person_id = :person_id ORDER BY p.id;

-- name: verdicts
SELECT c.question AS asked, c.translations, v.verdict, v.given_at
FROM verdicts AS v JOIN outcomes AS o ON o.id = v.outcome_id JOIN consultations AS c ON c.id = o.consultation_id
WHERE v.person_id = :person_id ORDER BY o.id;

-- name: openings
SELECT l.venue, o.token AS link, o.opened_at FROM openings AS o JOIN links AS l ON l.token = o.token
WHERE o.person_id = :person_id ORDER BY o.opened_at;

-- name: colleague
SELECT g.name FROM colleagues AS g WHERE g.person_id = :person_id;

-- name: trials
SELECT c.question AS asked, c.translations, t.asked_at, t.tried_at, t.said_at, t.remark
FROM trials AS t JOIN consultations AS c ON c.id = t.consultation_id WHERE t.person_id = :person_id ORDER BY c.id;

-- name: audit
SELECT action, subject, details, recorded_at FROM audit WHERE actor_id = :person_id ORDER BY id;

-- name: support_requests
SELECT r.id, r.opened_at, r.closed_at FROM support_requests AS r WHERE r.person_id = :person_id ORDER BY r.id;

-- name: support_messages
SELECT m.request_id, m.from_staff, m.words, m.written_at
FROM support_messages AS m JOIN support_requests AS r ON r.id = m.request_id
WHERE r.person_id = :person_id ORDER BY m.id;
