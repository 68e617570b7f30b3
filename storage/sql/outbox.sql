-- name: add!
-- `once` names a message that must go out at most once however often it is asked for.
INSERT INTO outbox (id, person_id, lane, kind, once, state, claimed_by, created_at, due_at, expires_at, asks,
    has_fixed_end, body)
VALUES (:id, :person_id, :lane, :kind, :once, :state, :claimed_by, :created_at, :due_at, :expires_at, :asks,
    :has_fixed_end, :body)
ON CONFLICT (once) DO NOTHING;

-- name: claim
-- Replies before bulk, the oldest first, and nothing for people who cannot be reached just now.
UPDATE outbox SET state = 'sending', claimed_by = :instance
WHERE id IN (
    SELECT o.id FROM outbox AS o JOIN identities AS i ON i.person_id = o.person_id
    WHERE o.state = 'waiting' AND o.due_at <= :now AND o.expires_at > :now AND i.unreachable_at IS NULL
    ORDER BY o.lane DESC, o.due_at, o.id LIMIT :most /*+ FOR UPDATE OF o SKIP LOCKED */
)
RETURNING id, person_id, lane, kind, expires_at, body,
    (SELECT telegram_id FROM identities AS i WHERE i.person_id = outbox.person_id) AS telegram_id,
    (SELECT zone FROM people AS p WHERE p.id = outbox.person_id) AS zone,
    (SELECT quiet_from FROM people AS p WHERE p.id = outbox.person_id) AS quiet_from,
    (SELECT quiet_until FROM people AS p WHERE p.id = outbox.person_id) AS quiet_until,
    (SELECT sealed FROM data_keys AS k WHERE k.person_id = outbox.person_id) AS sealed_key;

-- name: finish!
UPDATE outbox SET state = :state, reason = :reason, message_id = :message_id, finished_at = :now,
    claimed_by = '', body = ''
WHERE id = :id;

-- name: put_off!
-- It would have come in somebody's quiet hours.
UPDATE outbox SET state = 'waiting', claimed_by = '', due_at = :at,
    expires_at = CASE WHEN has_fixed_end = 1 THEN expires_at ELSE expires_at + CAST(:shift AS BIGINT) END
WHERE id = :id AND state = 'sending';

-- name: drop!
UPDATE outbox SET state = 'dropped', reason = :reason, finished_at = :now, body = '' WHERE id = :id AND state = 'waiting';

-- name: release!
-- Back in the queue, for whoever claims it next.
UPDATE outbox SET state = 'waiting', claimed_by = '' WHERE id = :id AND state = 'sending';

-- name: release_all!
UPDATE outbox SET state = 'waiting', claimed_by = '' WHERE state = 'sending' AND claimed_by = :instance;

-- name: take_over!
-- What a process had claimed that is not alive any more.
UPDATE outbox SET state = 'waiting', claimed_by = ''
WHERE state = 'sending' AND claimed_by <> :instance
  AND NOT EXISTS (SELECT 1 FROM instances WHERE instances.id = outbox.claimed_by AND alive_until >= :now);

-- name: asked_enough
-- Who of several people, whose ids are the keys of a JSON object, has been asked as often since as they wish.
SELECT p.id FROM people AS p JOIN outbox AS o ON o.person_id = p.id
WHERE p.id IN (SELECT key FROM json_each(:ids /*+ ::json */)) AND o.asks = 1 AND o.due_at > :since
    AND o.state IN ('waiting', 'sending', 'sent')
GROUP BY p.id, p.most_asked HAVING COUNT(*) >= p.most_asked;

-- name: expire!
UPDATE outbox SET state = 'expired', reason = 'too late to be of use', finished_at = :now, body = ''
WHERE state = 'waiting' AND expires_at <= :now;

-- name: drop_bulk!
-- Somebody has asked for silence: what was on its way to them is not sent.
UPDATE outbox SET state = 'dropped', reason = :reason, finished_at = :now, body = ''
WHERE person_id = :person_id AND lane = 'bulk' AND state = 'waiting';

-- name: drop_once!
-- Messages whose names begin alike have become pointless.
UPDATE outbox SET state = 'dropped', reason = :reason, finished_at = :now, body = ''
WHERE once LIKE :prefix AND state = 'waiting';

-- name: sent_as
SELECT id FROM outbox WHERE once = :once AND state IN ('sending', 'sent');

-- name: is_waiting
SELECT 1 FROM outbox WHERE once LIKE :prefix AND state IN ('waiting', 'sending') LIMIT 1;

-- name: message_id
SELECT message_id, state FROM outbox WHERE id = :id;

-- name: purge!
DELETE FROM outbox WHERE state NOT IN ('waiting', 'sending') AND once IS NULL AND finished_at < :before
  AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.view_id = outbox.id);

-- name: counts
SELECT state, CASE WHEN state IN ('waiting', 'sending') THEN lane ELSE reason END AS reason,
    COUNT(*) AS number, MIN(due_at) AS oldest_at
FROM outbox GROUP BY 1, 2 ORDER BY 1, 2;
