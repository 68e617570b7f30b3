-- What has come in, what must go out, what must happen later, and what each person is being asked.
-- Times are UTC in whole microseconds; JSON is text; ids are made by the application.

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL DEFAULT 'citizen' CHECK (role IN ('citizen', 'staff')),
    language TEXT NOT NULL,
    language_chosen INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '',
    stopped INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

-- Who somebody is on Telegram stands apart from everything they say.
CREATE TABLE identities (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    telegram_id INTEGER NOT NULL UNIQUE,
    unreachable_at INTEGER
) STRICT;

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    version TEXT NOT NULL,
    language TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE UNIQUE INDEX consents_standing ON consents (person_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE conversations (
    person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT '',
    number INTEGER NOT NULL DEFAULT 0,
    view TEXT NOT NULL DEFAULT '',
    view_id TEXT NOT NULL DEFAULT '',
    parked TEXT NOT NULL DEFAULT '[]',
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'set_aside', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    retry_at INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_waiting ON inbox (update_id) WHERE state = 'waiting';
CREATE INDEX inbox_lane ON inbox (lane, update_id) WHERE state = 'waiting';

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    lane TEXT NOT NULL CHECK (lane IN ('reply', 'bulk')),
    kind TEXT NOT NULL,
    once TEXT UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'expired', 'dropped')),
    reason TEXT NOT NULL DEFAULT '',
    claimed_by TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    finished_at INTEGER,
    message_id INTEGER,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_waiting ON outbox (lane DESC, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_expiring ON outbox (expires_at) WHERE state = 'waiting';
CREATE INDEX outbox_sending ON outbox (claimed_by) WHERE state = 'sending';
CREATE INDEX outbox_person ON outbox (person_id, id);

CREATE TABLE timers (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    args TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'cancelled', 'expired', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    expires_at INTEGER,
    finished_at INTEGER
) STRICT;
CREATE INDEX timers_waiting ON timers (due_at, id) WHERE state = 'waiting';

-- The running processes; what one had claimed is taken over when it is gone.
CREATE TABLE instances (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    alive_until INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Pictures and files once uploaded are sent again by Telegram's own id.
CREATE TABLE media (
    digest TEXT PRIMARY KEY,
    file_id TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    actor_id TEXT REFERENCES people (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject, id);

-- A one-time link by which a colleague becomes staff.
CREATE TABLE invitations (
    token TEXT PRIMARY KEY,
    created_by TEXT REFERENCES people (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
