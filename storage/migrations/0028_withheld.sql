-- "Prefer not to say" is an answer of its own, [-1], where staff offer it.

ALTER TABLE questions ADD COLUMN may_withhold INTEGER NOT NULL DEFAULT 0;
