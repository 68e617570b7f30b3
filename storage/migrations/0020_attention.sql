-- How often in a week somebody is asked something unasked, at most; what asks counts when it goes out.

ALTER TABLE people ADD COLUMN most_asked INTEGER NOT NULL DEFAULT 3;
ALTER TABLE outbox ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
