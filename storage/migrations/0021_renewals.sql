-- Renewals stay on days counted from the founding of a panel; a draw knows the day of the renewal it is for, and which
-- public number was named before its pool was frozen; members who are silent are asked once whether to stay.

ALTER TABLE sortitions ADD COLUMN founded_at INTEGER;
UPDATE sortitions SET founded_at = (
    SELECT MIN(d.drawn_at) FROM draws AS d WHERE d.panel_id = sortitions.panel_id AND d.state = 'drawn');
ALTER TABLE draws ADD COLUMN renews_at INTEGER;
UPDATE draws SET renews_at = (SELECT s.next_renewal_at FROM sortitions AS s WHERE s.panel_id = draws.panel_id)
WHERE renewal = 1 AND state IN ('sealed', 'drawing');
ALTER TABLE draws DROP COLUMN renewal;
ALTER TABLE draws ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE memberships ADD COLUMN asked_to_stay_at INTEGER;
ALTER TABLE memberships ADD COLUMN stays_since INTEGER;
