-- Under which version of the notice somebody said what they did about themselves: a changed notice asks before it is
-- used again.

ALTER TABLE profiles ADD COLUMN notice TEXT NOT NULL DEFAULT '2026-11';
