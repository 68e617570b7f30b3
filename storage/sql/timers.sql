-- name: set!
-- A timer that is still waiting is moved; one that has been done, stays done.
INSERT INTO timers (id, key, kind, args, due_at, expires_at)
VALUES (:id, :key, :kind, :args, :due_at, :expires_at)
ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, args = excluded.args, due_at = excluded.due_at,
    expires_at = excluded.expires_at, attempts = 0, state = 'waiting'
WHERE timers.state IN ('waiting', 'cancelled');

-- name: begin!
INSERT INTO timers (id, key, kind, args, due_at) VALUES (:id, :key, :kind, :args, :due_at) ON CONFLICT (key) DO NOTHING;

-- name: rearm!
-- A timer that works through a long list sets itself again.
UPDATE timers SET state = 'waiting', args = :args, due_at = :due_at, attempts = 0 WHERE id = :id;

-- name: cancel!
UPDATE timers SET state = 'cancelled', finished_at = :now WHERE key = :key AND state = 'waiting';

-- name: cancel_all!
UPDATE timers SET state = 'cancelled', finished_at = :now WHERE key LIKE :pattern AND state = 'waiting';

-- name: next
-- The first that is due, held until the transaction ends.
SELECT id, key, kind, args, due_at, expires_at, attempts FROM timers
WHERE state = 'waiting' AND due_at <= :now
ORDER BY due_at, id LIMIT 1 /*+ FOR UPDATE SKIP LOCKED */;

-- name: finish!
UPDATE timers SET state = :state, reason = :reason, finished_at = :now WHERE id = :id;

-- name: retry!
UPDATE timers SET attempts = attempts + 1, reason = :reason, due_at = :due_at WHERE id = :id;

-- name: coming
SELECT id, key, kind, args, due_at, expires_at, attempts FROM timers
WHERE state = 'waiting' ORDER BY due_at, id LIMIT :most;

-- name: counts
SELECT state, kind AS reason, COUNT(*) AS number, MIN(due_at) AS oldest_at FROM timers
WHERE state IN ('waiting', 'failed') GROUP BY state, kind ORDER BY state, kind;
