-- name: save_settings!
INSERT INTO sortitions (panel_id, tolerance, renewal_months, cool_off_months, alternates, days_to_accept,
    silent_rounds, by_itself, next_renewal_at, one_per_home, founded_at, cap)
VALUES (:panel_id, :tolerance, :renewal_months, :cool_off_months, :alternates, :days_to_accept,
    :silent_rounds, :by_itself, :next_renewal_at, :one_per_home, :founded_at, :cap)
ON CONFLICT (panel_id) DO UPDATE SET tolerance = excluded.tolerance, renewal_months = excluded.renewal_months,
    cool_off_months = excluded.cool_off_months, alternates = excluded.alternates,
    days_to_accept = excluded.days_to_accept, silent_rounds = excluded.silent_rounds,
    by_itself = excluded.by_itself, next_renewal_at = excluded.next_renewal_at,
    one_per_home = excluded.one_per_home, founded_at = excluded.founded_at, cap = excluded.cap;

-- name: settings
SELECT panel_id, tolerance, renewal_months, cool_off_months, alternates, days_to_accept, silent_rounds, by_itself,
    next_renewal_at, one_per_home, founded_at, cap
FROM sortitions WHERE panel_id = :panel_id;

-- name: remove_quotas!
DELETE FROM quotas WHERE panel_id = :panel_id;

-- name: add_quota!
INSERT INTO quotas (panel_id, attribute_key, option_key, position, least, most)
VALUES (:panel_id, :attribute, :option, :position, :least, :most);

-- name: quotas
SELECT attribute_key AS attribute, option_key AS option, least, most FROM quotas
WHERE panel_id = :panel_id ORDER BY position;

-- name: express
-- With the venue's link that led somebody to this panel, if one did.
INSERT INTO interests (panel_id, person_id, expressed_at, home, link) VALUES (:panel_id, :person_id, :now, :home, (
    SELECT o.token FROM openings AS o JOIN links AS l ON l.token = o.token
    WHERE o.person_id = :person_id AND l.opens = 'join ' || CAST(:panel_id AS TEXT)
    ORDER BY o.opened_at DESC LIMIT 1))
ON CONFLICT DO NOTHING RETURNING person_id;

-- name: share_home!
-- Of somebody who is in the pool, and of whoever shares a home with them already.
UPDATE interests SET home = :home WHERE panel_id = :panel_id AND (person_id = :person_id OR home IN (
    SELECT i.home FROM interests AS i
    WHERE i.panel_id = :panel_id AND i.person_id = :person_id AND i.home <> ''));

-- name: withdraw
DELETE FROM interests WHERE panel_id = :panel_id AND person_id = :person_id RETURNING person_id;

-- name: panel_of_home
SELECT panel_id FROM interests WHERE home = :home AND home <> ''
UNION ALL SELECT panel_id FROM seats_offered WHERE home = :home AND home <> ''
UNION ALL SELECT panel_id FROM memberships WHERE home = :home AND home <> '' LIMIT 1;

-- name: home_of
SELECT home FROM interests WHERE panel_id = :panel_id AND person_id = :person_id;

-- name: is_interested
SELECT 1 FROM interests WHERE panel_id = :panel_id AND person_id = :person_id;

-- name: interests_of
SELECT i.panel_id FROM interests AS i JOIN panels AS p ON p.id = i.panel_id
WHERE i.person_id = :person_id AND p.state = 'open' ORDER BY i.panel_id;

-- name: pool
-- Who can be drawn: interested, written to, not on the panel, not offered a seat now, and rested since :rested.
-- With one of a home at most nobody whose home serves, is offered a seat, or waits for one it has accepted.
SELECT i.person_id, COALESCE(c.chance, 0) AS chance, i.link, l.venue, i.home, v.values_given, k.sealed AS sealed_key
FROM interests AS i
LEFT JOIN chances AS c ON c.panel_id = i.panel_id AND c.person_id = i.person_id
LEFT JOIN links AS l ON l.token = i.link
JOIN people AS p ON p.id = i.person_id AND p.stopped = 0
JOIN identities AS d ON d.person_id = i.person_id AND d.unreachable_at IS NULL
JOIN data_keys AS k ON k.person_id = i.person_id
LEFT JOIN profiles AS v ON v.person_id = i.person_id AND v.notice = :notice
WHERE i.panel_id = :panel_id
    AND NOT EXISTS (SELECT 1 FROM memberships AS m WHERE m.panel_id = i.panel_id AND m.person_id = i.person_id
        AND (m.state = 'serving' OR (m.ended_at IS NOT NULL AND m.ended_at > :rested)))
    AND NOT EXISTS (SELECT 1 FROM seats_offered AS s WHERE s.panel_id = i.panel_id AND s.person_id = i.person_id
        AND s.state IN ('offered', 'accepted'))
    AND (i.home = '' OR :one_per_home = 0 OR NOT EXISTS (
        SELECT 1 FROM memberships AS s
        WHERE s.panel_id = i.panel_id AND s.state = 'serving' AND s.home = i.home
    ) AND NOT EXISTS (
        SELECT 1 FROM seats_offered AS s
        WHERE s.panel_id = i.panel_id AND s.state IN ('offered', 'accepted') AND s.home = i.home))
ORDER BY i.person_id;

-- name: rests
-- When somebody last ended serving.
SELECT MAX(ended_at) FROM memberships WHERE panel_id = :panel_id AND person_id = :person_id AND state <> 'serving';

-- name: members
-- Who serves, with what they have said about themselves, and when they were asked whether to stay, if they have not
-- said, nor answered anything since.
SELECT m.person_id, m.id AS membership_id, m.joined_at, m.term_ends_at, m.stays_since,
    CASE WHEN (m.stays_since IS NULL OR m.stays_since < m.asked_to_stay_at) AND NOT EXISTS (
        SELECT 1 FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
        WHERE r.person_id = m.person_id AND c.panel_id = m.panel_id AND (r.finished_at > m.asked_to_stay_at
            OR (r.state = 'declined' AND r.invited_at > m.asked_to_stay_at)))
    THEN m.asked_to_stay_at END AS asked_at,
    v.values_given, k.sealed AS sealed_key
FROM memberships AS m
JOIN data_keys AS k ON k.person_id = m.person_id
LEFT JOIN profiles AS v ON v.person_id = m.person_id AND v.notice = :notice
WHERE m.panel_id = :panel_id AND m.state = 'serving' ORDER BY m.person_id;

-- name: promised
-- Who is offered a seat, or waits for the one they have accepted.
SELECT s.person_id, s.id, s.term_ends_at, d.renews_at, v.values_given, k.sealed AS sealed_key
FROM seats_offered AS s
JOIN draws AS d ON d.id = s.draw_id
JOIN data_keys AS k ON k.person_id = s.person_id
LEFT JOIN profiles AS v ON v.person_id = s.person_id AND v.notice = :notice
WHERE s.panel_id = :panel_id AND s.state IN ('offered', 'accepted') ORDER BY s.person_id;

-- name: interested
-- Everybody in the pool, a page at a time.
SELECT w.* FROM interests AS i JOIN recipients AS w ON w.id = i.person_id
WHERE i.panel_id = :panel_id AND w.stopped = 0 AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: to_tell
-- Everybody whom a draw may choose and who has not left the pool, a page at a time.
SELECT w.* FROM draw_people AS d JOIN draws AS o ON o.id = d.draw_id
JOIN interests AS i ON i.person_id = d.person_id AND i.panel_id = o.panel_id
JOIN recipients AS w ON w.id = d.person_id
WHERE d.draw_id = :draw_id AND w.stopped = 0 AND w.id > :after ORDER BY w.id LIMIT :most;

-- name: to_invite
-- Who agreed to hear of new panels and is not in the pool, on the panel, or resting; with what they have said.
SELECT w.*, v.values_given, k.sealed AS sealed_key
FROM recipients AS w
JOIN consents AS c ON c.person_id = w.id AND c.purpose = 'new panels' AND c.withdrawn_at IS NULL
    AND c.version = :notice
JOIN data_keys AS k ON k.person_id = w.id
LEFT JOIN profiles AS v ON v.person_id = w.id AND v.notice = :notice
WHERE w.stopped = 0 AND w.role = 'citizen' AND w.id > :after
    AND NOT EXISTS (SELECT 1 FROM interests AS i WHERE i.panel_id = :panel_id AND i.person_id = w.id)
    AND NOT EXISTS (SELECT 1 FROM memberships AS m WHERE m.panel_id = :panel_id AND m.person_id = w.id)
ORDER BY w.id LIMIT :most;

-- name: add_chance!
INSERT INTO chances (panel_id, person_id, chance) VALUES (:panel_id, :person_id, :chance)
ON CONFLICT (panel_id, person_id) DO UPDATE SET chance = chances.chance + excluded.chance;

-- name: open_draw!
-- Numbers that were known before the last draw are known.
INSERT INTO draws (id, panel_id, state, secret, commitment, opened_at, known_sources)
VALUES (:id, :panel_id, 'open', :secret, :commitment, :now, COALESCE((
    SELECT d.known_sources || CASE WHEN d.seed IS NULL OR d.source = '' THEN '' ELSE d.source || CAST(:between AS TEXT)
        END
    FROM draws AS d WHERE d.panel_id = :panel_id ORDER BY d.id DESC LIMIT 1), ''))
ON CONFLICT DO NOTHING;

-- name: current_draw
SELECT id, panel_id, renews_at, state, secret, commitment, source, known_sources, seed, seed_by, request, digest,
    record, problem, progress, told, at_once, opened_at, sealed_at, drawn_at
FROM draws WHERE panel_id = :panel_id AND state IN ('open', 'sealed', 'drawing');

-- name: draw
SELECT id, panel_id, renews_at, state, secret, commitment, source, known_sources, seed, seed_by, request, digest,
    record, problem, progress, told, at_once, opened_at, sealed_at, drawn_at
FROM draws WHERE id = :id;

-- name: draws
SELECT id, panel_id, renews_at, state, secret, commitment, source, known_sources, seed, seed_by, request, digest,
    record, problem, progress, told, at_once, opened_at, sealed_at, drawn_at
FROM draws WHERE panel_id = :panel_id AND state IN ('drawn', 'failed') ORDER BY id DESC LIMIT :most;

-- name: seal
UPDATE draws SET state = 'sealed', renews_at = :renews_at, source = :source, request = :request, digest = :digest,
    at_once = :at_once, sealed_at = :now
WHERE id = :id AND state = 'open' RETURNING id;

-- name: unseal
-- Back to an open pool; what was promised stays promised. A public number that was typed is known from now on.
UPDATE draws SET state = 'open', renews_at = NULL, known_sources = CASE WHEN seed IS NULL OR source = ''
        THEN known_sources ELSE known_sources || source || CAST(:between AS TEXT) END,
    source = '', request = NULL, digest = NULL, sealed_at = NULL, lottery = NULL, told = '', at_once = 0,
    progress = '', claimed_until = NULL, seed = NULL, seed_by = NULL
WHERE id = :id AND state = 'sealed' RETURNING id;

-- name: forget_draw_people!
DELETE FROM draw_people WHERE draw_id = :id;

-- name: propose_seed
-- Not before the lottery it picks from has been told.
UPDATE draws SET seed = :seed, seed_by = :person_id
WHERE id = :id AND state = 'sealed' AND source <> '' AND told <> '' RETURNING id;

-- name: confirm_seed
-- By somebody else than who typed it.
UPDATE draws SET state = 'drawing'
WHERE id = :id AND state = 'sealed' AND told <> '' AND seed = :seed AND seed_by <> :person_id
RETURNING id;

-- name: reveal
-- The secret promised before decides, where no public number was named.
UPDATE draws SET state = 'drawing', seed = secret, seed_by = NULL
WHERE id = :id AND state = 'sealed' AND told <> '' AND source = ''
RETURNING id;

-- name: is_working_out
SELECT 1 FROM draws
WHERE state IN ('sealed', 'drawing') AND told = '' AND (claimed_until IS NULL OR claimed_until < :now) LIMIT 1;

-- name: claim_lottery
-- The next frozen pool whose lottery is to be worked out, if nobody else is at it. One that is being drawn already has
-- had its number confirmed by an older version.
UPDATE draws SET claimed_until = :until WHERE id = (
    SELECT d.id FROM draws AS d
    WHERE d.state IN ('sealed', 'drawing') AND d.told = '' AND (d.claimed_until IS NULL OR d.claimed_until < :now)
    ORDER BY d.id LIMIT 1) AND (claimed_until IS NULL OR claimed_until < :now)
RETURNING id;

-- name: set_progress
UPDATE draws SET progress = :progress, claimed_until = :until
WHERE id = :id AND digest = :digest AND state IN ('sealed', 'drawing') AND told = '' RETURNING id;

-- name: keep_lottery
UPDATE draws SET lottery = :lottery, told = :told, claimed_until = NULL
WHERE id = :id AND digest = :digest AND state IN ('sealed', 'drawing') AND told = '' RETURNING id;

-- name: is_picking
SELECT 1 FROM draws
WHERE state = 'drawing' AND told <> '' AND (claimed_until IS NULL OR claimed_until < :now) LIMIT 1;

-- name: claim_pick
-- The next draw whose number is confirmed, if nobody else is at it.
UPDATE draws SET claimed_until = :until WHERE id = (
    SELECT d.id FROM draws AS d
    WHERE d.state = 'drawing' AND d.told <> '' AND (d.claimed_until IS NULL OR d.claimed_until < :now)
    ORDER BY d.id LIMIT 1) AND (claimed_until IS NULL OR claimed_until < :now)
RETURNING id;

-- name: lottery
SELECT lottery FROM draws WHERE id = :id;

-- name: finish
-- The record has the lottery.
UPDATE draws SET state = 'drawn', record = :record, lottery = NULL, drawn_at = :now, claimed_until = NULL
WHERE id = :id AND state = 'drawing' RETURNING id;

-- name: fail
UPDATE draws SET state = 'failed', problem = :problem, lottery = NULL, drawn_at = :now, claimed_until = NULL
WHERE id = :id AND digest = :digest AND state IN ('sealed', 'drawing') RETURNING id;

-- name: add_draw_person!
INSERT INTO draw_people (draw_id, person_id, pseudonym) VALUES (:draw_id, :person_id, :pseudonym);

-- name: draw_people
SELECT d.person_id, d.pseudonym, k.sealed AS sealed_key
FROM draw_people AS d JOIN data_keys AS k ON k.person_id = d.person_id WHERE d.draw_id = :id ORDER BY d.person_id;

-- name: add_offer!
INSERT INTO seats_offered (id, draw_id, panel_id, person_id, place, state)
VALUES (:id, :draw_id, :panel_id, :person_id, :place, 'next') ON CONFLICT DO NOTHING;

-- name: drop_withdrawn!
-- Whoever has left the pool since it was frozen, or does not want to be written to, is not asked.
UPDATE seats_offered SET state = 'declined' WHERE draw_id = :draw_id AND state = 'next' AND (
    NOT EXISTS (SELECT 1 FROM interests AS i
        WHERE i.panel_id = seats_offered.panel_id AND i.person_id = seats_offered.person_id)
    OR EXISTS (SELECT 1 FROM people AS p WHERE p.id = seats_offered.person_id AND p.stopped = 1));

-- name: offer
-- Their home is kept with it: they may leave the pool before they take the seat.
UPDATE seats_offered SET state = 'offered', term_ends_at = :term_ends_at, lapses_at = :lapses_at, home = COALESCE((
    SELECT i.home FROM interests AS i
    WHERE i.panel_id = seats_offered.panel_id AND i.person_id = seats_offered.person_id), home)
WHERE id = :id AND state = 'next' RETURNING id;

-- name: load_offer
SELECT id, draw_id, panel_id, person_id, place, state, term_ends_at, lapses_at, home FROM seats_offered WHERE id = :id;

-- name: offers
SELECT id, draw_id, panel_id, person_id, place, state, term_ends_at, lapses_at, home FROM seats_offered
WHERE draw_id = :draw_id ORDER BY place, id;

-- name: answer
UPDATE seats_offered SET state = :state, home = CASE WHEN CAST(:state AS TEXT) = 'accepted' THEN home ELSE '' END
WHERE id = :id AND state = 'offered' RETURNING id;

-- name: seat
UPDATE seats_offered SET state = 'seated', home = '' WHERE id = :id AND state = 'accepted' RETURNING id;

-- name: stand_first
UPDATE seats_offered SET state = 'next', place = :place WHERE id = :id AND state = 'declined' RETURNING id;

-- name: first_end
SELECT term_ends_at FROM seats_offered
WHERE panel_id = :panel_id AND person_id = :person_id AND state = 'seated' ORDER BY id DESC LIMIT 1;

-- name: offer_to
-- The seat somebody is offered on a panel, or has accepted.
SELECT id, draw_id, panel_id, person_id, place, state, term_ends_at, lapses_at, home FROM seats_offered
WHERE panel_id = :panel_id AND person_id = :person_id AND state IN ('offered', 'accepted');

-- name: rounds_missed
-- The latest closed consultations a member was asked in, the latest first; those of a time of silence do not count.
SELECT r.state FROM responses AS r JOIN consultations AS c ON c.id = r.consultation_id
WHERE r.person_id = :person_id AND c.panel_id = :panel_id AND c.state = 'closed' AND r.invited_at >= :since
    AND (r.in_silence = 0 OR r.state IN ('finished', 'declined'))
ORDER BY c.closed_at DESC, c.id DESC LIMIT :most;

-- name: look_ahead
-- Another pool, or other quotas, are looked at anew.
INSERT INTO outlooks (panel_id, digest, request) VALUES (:panel_id, :digest, :request)
ON CONFLICT (panel_id) DO UPDATE SET digest = excluded.digest, request = excluded.request, answer = NULL,
    claimed_until = NULL
WHERE outlooks.digest <> excluded.digest RETURNING panel_id;

-- name: outlook
SELECT panel_id, digest, request, answer FROM outlooks WHERE panel_id = :panel_id;

-- name: is_looking_ahead
SELECT 1 FROM outlooks WHERE request IS NOT NULL AND (claimed_until IS NULL OR claimed_until < :now) LIMIT 1;

-- name: claim_outlook
UPDATE outlooks SET claimed_until = :until WHERE panel_id = (
    SELECT o.panel_id FROM outlooks AS o
    WHERE o.request IS NOT NULL AND (o.claimed_until IS NULL OR o.claimed_until < :now)
    ORDER BY o.panel_id LIMIT 1) AND (claimed_until IS NULL OR claimed_until < :now)
RETURNING panel_id, digest, request, answer;

-- name: keep_outlook
-- What was looked at is not needed any more; nothing where the pool has changed since.
UPDATE outlooks SET answer = :answer, request = NULL, claimed_until = NULL
WHERE panel_id = :panel_id AND digest = :digest RETURNING panel_id;

-- name: pseudonym
SELECT pseudonym FROM draw_people WHERE draw_id = :draw_id AND person_id = :person_id;
