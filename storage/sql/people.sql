-- name: load
-- Everything a turn needs to know about who speaks and what they were being asked, in one read. The conversation is
-- held until the transaction ends: a file that was fetched may come in beside what its sender says meanwhile.
SELECT p.id, p.role, p.language, p.language_chosen, p.source, p.stopped, p.created_at,
    p.text_only, p.plain_words, p.with_helper, p.by_voice, p.zone, p.quiet_from, p.quiet_until, p.best_time, p.most_asked,
    p.paused_until, p.active_at, p.channel, p.code, p.code_counts_at, p.code_misses, i.unreachable_at,
    c.state, c.number, c.view, c.view_id, c.parked, k.sealed AS sealed_key,
    COALESCE((SELECT version FROM consents AS k
        WHERE k.person_id = p.id AND k.purpose = 'taking part' AND k.withdrawn_at IS NULL), '') AS agreed,
    (SELECT message_id FROM outbox AS o WHERE o.id = c.view_id) AS view_message_id,
    EXISTS (SELECT 1 FROM outbox AS o WHERE o.id = c.view_id AND o.state = 'waiting'
        AND o.lane = 'bulk') AS view_waits,
    EXISTS (SELECT 1 FROM outbox AS later
        WHERE later.person_id = p.id AND later.id > c.view_id AND later.kind = 'message') AS followed
FROM identities AS i
JOIN people AS p ON p.id = i.person_id
JOIN conversations AS c ON c.person_id = p.id
JOIN data_keys AS k ON k.person_id = p.id
WHERE i.lookup = :lookup /*+ FOR NO KEY UPDATE OF c */;

-- name: add!
INSERT INTO people (id, role, language, source, created_at, active_at)
VALUES (:id, :role, :language, :source, :now, :now);

-- name: add_unnamed!
INSERT INTO people (id, role, language, source, channel, created_at, active_at)
VALUES (:id, 'citizen', :language, '', :channel, :now, :now);

-- name: add_identity
-- Nothing comes back when somebody else has just added the same person.
INSERT INTO identities (person_id, lookup, telegram_id) VALUES (:id, :lookup, :telegram_id)
ON CONFLICT (lookup) DO NOTHING RETURNING person_id;

-- name: add_conversation!
INSERT INTO conversations (person_id, parked, updated_at) VALUES (:id, '', :now);

-- name: remove!
DELETE FROM people WHERE id = :id;

-- name: recipient
SELECT * FROM recipients WHERE id = :id;

-- name: staff
SELECT * FROM recipients WHERE role = 'staff' AND stopped = 0 ORDER BY id;

-- name: set_role!
UPDATE people SET role = :role WHERE id = :id;

-- name: set_language!
UPDATE people SET language = :language, language_chosen = 1 WHERE id = :id;

-- name: set_source!
UPDATE people SET source = :source WHERE id = :id AND source = '';

-- name: set_stopped!
UPDATE people SET stopped = :stopped, paused_until = NULL WHERE id = :id;

-- name: spare!
-- What waits for an answer while somebody wants silence is not held against them.
UPDATE responses SET in_silence = 1 WHERE person_id = :id AND state IN ('invited', 'started')
    AND EXISTS (SELECT 1 FROM consultations AS c WHERE c.id = responses.consultation_id AND c.state = 'open');

-- name: mark_unreachable!
UPDATE identities SET unreachable_at = :now WHERE person_id = :id AND unreachable_at IS NULL;

-- name: mark_reachable!
UPDATE identities SET unreachable_at = NULL WHERE person_id = :id;

-- name: agree!
INSERT INTO consents (id, person_id, purpose, version, language, given_at)
VALUES (:id, :person_id, :purpose, :version, :language, :now)
ON CONFLICT DO NOTHING;

-- name: withdraw!
UPDATE consents SET withdrawn_at = :now WHERE person_id = :person_id AND purpose = :purpose AND withdrawn_at IS NULL;

-- name: consents
SELECT purpose, version, language, given_at, withdrawn_at FROM consents WHERE person_id = :person_id ORDER BY id;

-- name: counts
SELECT COUNT(*) AS people,
    COUNT(CASE WHEN role = 'staff' THEN 1 END) AS staff,
    COUNT(CASE WHEN stopped = 1 THEN 1 END) AS stopped,
    COUNT(unreachable_at) AS unreachable
FROM people JOIN identities ON person_id = id;

-- name: set_needs!
UPDATE people SET text_only = :text_only, plain_words = :plain_words, with_helper = :with_helper,
    by_voice = :by_voice, zone = :zone,    quiet_from = :quiet_from, quiet_until = :quiet_until, best_time = :best_time, most_asked = :most_asked
WHERE id = :id;

-- name: pause!
UPDATE people SET stopped = 1, paused_until = :until WHERE id = :id;

-- name: resume
-- Nothing comes back when the pause was ended or moved meanwhile.
UPDATE people SET stopped = 0, paused_until = NULL
WHERE id = :id AND stopped = 1 AND paused_until IS NOT NULL AND paused_until <= :now RETURNING id;

-- name: set_code!
UPDATE people SET code = :code, code_counts_at = :counts_at, code_misses = 0 WHERE id = :id;

-- name: miss_code
UPDATE people SET code_misses = code_misses + 1 WHERE id = :id RETURNING code_misses;

-- name: forgive_misses!
UPDATE people SET code_misses = 0 WHERE id = :id;

-- name: touch!
UPDATE people SET active_at = :now, asked_to_stay_at = NULL, asked_again_at = NULL WHERE id = :id;

-- name: long_silent
-- Citizens not heard of since, who have not been asked whether to stay.
SELECT w.*, EXISTS (SELECT 1 FROM consents AS c
        WHERE c.person_id = w.id AND c.purpose = 'taking part' AND c.withdrawn_at IS NULL) AS takes_part
FROM recipients AS w JOIN people AS p ON p.id = w.id
WHERE p.role = 'citizen' AND COALESCE(p.active_at, p.created_at) < :since AND p.asked_to_stay_at IS NULL
  AND p.paused_until IS NULL AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: asked_to_stay!
UPDATE people SET asked_to_stay_at = :now WHERE id = :id;

-- name: to_ask_again
SELECT w.*, EXISTS (SELECT 1 FROM consents AS c
        WHERE c.person_id = w.id AND c.purpose = 'taking part' AND c.withdrawn_at IS NULL) AS takes_part
FROM recipients AS w JOIN people AS p ON p.id = w.id
WHERE p.role = 'citizen' AND p.asked_to_stay_at <= :since AND p.asked_again_at IS NULL
  AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: asked_again!
UPDATE people SET asked_again_at = :now WHERE id = :id;

-- name: to_erase
SELECT id FROM people WHERE role = 'citizen' AND asked_again_at <= :since
ORDER BY id LIMIT :most;

-- name: progress
SELECT p.invited_to_tell, p.offered,
    (SELECT COUNT(*) FROM responses AS r WHERE r.person_id = p.id AND r.state = 'finished') AS finished,
    EXISTS (SELECT 1 FROM consents AS c WHERE c.person_id = p.id AND c.purpose = 'new panels') AS decided_on_panels,
    EXISTS (SELECT 1 FROM consents AS c WHERE c.person_id = p.id AND c.purpose = 'interviews') AS decided_on_talks
FROM people AS p WHERE p.id = :id;

-- name: set_offered!
UPDATE people SET offered = :offered WHERE id = :id;

-- name: mark_invited_to_tell!
UPDATE people SET invited_to_tell = 1 WHERE id = :id;

-- name: sources
-- Where citizens came from: by the venue of the link they opened, or by the name of the link itself.
SELECT COALESCE(l.venue, p.source) AS name, COUNT(*) AS number
FROM people AS p LEFT JOIN links AS l ON l.token = p.source
WHERE p.id IN (SELECT id FROM taking_part) GROUP BY COALESCE(l.venue, p.source) ORDER BY 2 DESC, 1;

-- name: channels
SELECT p.channel AS name, COUNT(*) AS number FROM people AS p WHERE p.id IN (SELECT id FROM taking_part)
GROUP BY p.channel ORDER BY 2 DESC, 1;

-- name: taking_part
SELECT id FROM taking_part;

-- name: takes_part
SELECT 1 FROM taking_part WHERE id = :id;
