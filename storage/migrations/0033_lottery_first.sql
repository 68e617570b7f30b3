-- The lottery of a draw is worked out, and its fingerprint told, before there is a number: `lottery` is all of it,
-- sealed, until the record has it; `told` what is shown of it, and stays. `at_once`: the promised number picks from it
-- as soon as it is there.

ALTER TABLE draws ADD COLUMN lottery TEXT;
ALTER TABLE draws ADD COLUMN told TEXT NOT NULL DEFAULT '';
ALTER TABLE draws ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0 CHECK (at_once IN (0, 1));
UPDATE draws SET progress = '', claimed_until = NULL WHERE state IN ('sealed', 'drawing');

-- Whose home somebody shares who is offered a seat stays known if they leave the pool before they take it.
ALTER TABLE seats_offered ADD COLUMN home TEXT NOT NULL DEFAULT '';
UPDATE seats_offered SET home = COALESCE((
    SELECT i.home FROM interests AS i
    WHERE i.panel_id = seats_offered.panel_id AND i.person_id = seats_offered.person_id), '')
WHERE state IN ('offered', 'accepted');
