-- What retention rules have deleted, by day: numbers only.
CREATE TABLE retention_runs (
    day TEXT NOT NULL,
    rule TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (day, rule)
) STRICT;

-- What somebody asks staff, until one of both closes it. Whoever it is, staff see the words and no name.
CREATE TABLE support_requests (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX support_requests_open ON support_requests (person_id) WHERE state = 'open';
CREATE INDEX support_requests_state ON support_requests (state, id);

-- Sealed with the key of who asked, whoever wrote it.
CREATE TABLE support_messages (
    id TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES support_requests (id) ON DELETE CASCADE,
    from_staff INTEGER NOT NULL,
    words TEXT NOT NULL,
    written_at INTEGER NOT NULL
) STRICT;
CREATE INDEX support_messages_request ON support_messages (request_id, id);
