-- What a draw would come to, looked at before it: whether the quotas can be met, and who has no chance at all.

CREATE TABLE outlooks (
    panel_id TEXT PRIMARY KEY REFERENCES panels (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    request TEXT,
    answer TEXT,
    claimed_until INTEGER
) STRICT;
