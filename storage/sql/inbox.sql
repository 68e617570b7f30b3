-- name: record!
-- Take in one update; a second copy of it changes nothing.
INSERT INTO inbox (update_id, lane, received_at, payload)
VALUES (:update_id, :lane, :received_at, :payload)
ON CONFLICT (update_id) DO NOTHING;

-- name: next
-- The oldest update whose person has no earlier one waiting, held until the transaction ends.
SELECT update_id, lane, attempts, received_at, payload FROM inbox AS this
WHERE state = 'waiting' AND retry_at <= :now
  AND NOT EXISTS (
    SELECT 1 FROM inbox AS earlier
    WHERE earlier.lane = this.lane AND earlier.state = 'waiting' AND earlier.update_id < this.update_id
  )
ORDER BY update_id LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */;

-- name: finish!
-- Neither who sent an update nor what it said is kept once it has been dealt with.
UPDATE inbox SET state = :state, reason = :reason, lane = '', payload = '' WHERE update_id = :update_id;

-- name: retry!
UPDATE inbox SET attempts = attempts + 1, reason = :reason, retry_at = :retry_at WHERE update_id = :update_id;

-- name: purge!
-- Numbers of old updates are forgotten; Telegram repeats an update for a day at most.
DELETE FROM inbox WHERE state <> 'waiting' AND received_at < :before;

-- name: counts
SELECT state, reason, COUNT(*) AS number, MIN(received_at) AS oldest_at FROM inbox
WHERE state <> 'done' GROUP BY state, reason ORDER BY state, reason;
