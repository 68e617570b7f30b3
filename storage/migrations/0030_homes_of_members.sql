-- Whose home somebody shares who serves stays known while they do: their row in the pool goes when they sit down.

ALTER TABLE memberships ADD COLUMN home TEXT NOT NULL DEFAULT '';
