-- name: beat!
INSERT INTO instances (id, host, pid, alive_until) VALUES (:id, :host, :pid, :alive_until)
ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until;

-- name: instances
SELECT id, host, pid, alive_until FROM instances ORDER BY id;

-- name: forget!
DELETE FROM instances WHERE id = :id;

-- name: forget_old!
DELETE FROM instances WHERE alive_until < :before;

-- name: setting
SELECT value FROM settings WHERE key = :key;

-- name: settings
SELECT key, value FROM settings;

-- name: set_setting!
INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: file_id
SELECT file_id FROM media WHERE digest = :digest;

-- name: keep_file_id!
INSERT INTO media (digest, file_id, created_at) VALUES (:digest, :file_id, :now)
ON CONFLICT (digest) DO UPDATE SET file_id = excluded.file_id, created_at = excluded.created_at;

-- name: forget_file_id!
DELETE FROM media WHERE digest = :digest;

-- name: record!
INSERT INTO audit (id, actor_id, action, subject, details, recorded_at)
VALUES (:id, :actor_id, :action, :subject, :details, :now);

-- name: history
SELECT actor_id, action, subject, details, recorded_at FROM audit WHERE subject = :subject ORDER BY id;

-- name: invite!
INSERT INTO invitations (token, created_by, created_at, expires_at)
VALUES (:token, :created_by, :now, :expires_at);

-- name: use_invitation
-- One use, and not after it has expired.
UPDATE invitations SET used_at = :now WHERE token = :token AND used_at IS NULL AND expires_at > :now
RETURNING created_by;
