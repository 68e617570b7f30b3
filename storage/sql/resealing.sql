-- name: fingerprint
SELECT value FROM settings WHERE key = 'vault.fingerprint';

-- name: set_fingerprint!
INSERT INTO settings (key, value) VALUES ('vault.fingerprint', :fingerprint)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: people
SELECT id FROM people;

-- name: identities
SELECT i.person_id, i.telegram_id, k.sealed AS sealed_key
FROM identities AS i JOIN data_keys AS k ON k.person_id = i.person_id;

-- name: plain_identities
SELECT person_id, telegram_id FROM identities;

-- name: set_identity!
UPDATE identities SET lookup = :lookup, telegram_id = :telegram_id WHERE person_id = :person_id;

-- name: remove_data_key!
DELETE FROM data_keys WHERE person_id = :person_id;

-- name: data_keys
SELECT person_id AS id, sealed AS value FROM data_keys;

-- name: set_data_key!
UPDATE data_keys SET sealed = :value WHERE person_id = :id;

-- name: panel_keys
SELECT panel_id, sealed AS value FROM panel_keys;

-- name: set_panel_key!
UPDATE panel_keys SET sealed = :value WHERE panel_id = :panel_id;

-- name: topics
SELECT id, words AS value FROM topics WHERE own_key = 0;

-- name: own_topics
SELECT id, proposer_id AS person_id, words AS value FROM topics WHERE own_key = 1;

-- name: set_topic!
UPDATE topics SET words = :value WHERE id = :id;

-- name: proposals
SELECT id, words AS value FROM question_proposals WHERE own_key = 0;

-- name: own_proposals
SELECT id, person_id, words AS value FROM question_proposals WHERE own_key = 1;

-- name: set_proposal!
UPDATE question_proposals SET words = :value WHERE id = :id;

-- name: requests
SELECT id, request AS value FROM draws WHERE request IS NOT NULL;

-- name: set_request!
UPDATE draws SET request = :value WHERE id = :id;

-- name: records
SELECT id, record AS value FROM draws WHERE record IS NOT NULL;

-- name: set_record!
UPDATE draws SET record = :value WHERE id = :id;

-- name: lotteries
SELECT id, lottery AS value FROM draws WHERE lottery IS NOT NULL;

-- name: set_lottery!
UPDATE draws SET lottery = :value WHERE id = :id;

-- name: outlooks
SELECT panel_id, request AS value FROM outlooks WHERE request IS NOT NULL;

-- name: set_outlook!
UPDATE outlooks SET request = :value WHERE panel_id = :panel_id;

-- name: payloads
SELECT update_id, payload AS value FROM inbox WHERE payload <> '';

-- name: set_payload!
UPDATE inbox SET payload = :value WHERE update_id = :update_id;

-- name: states
SELECT person_id AS id, person_id, state AS value FROM conversations WHERE state <> '';

-- name: set_state!
UPDATE conversations SET state = :value WHERE person_id = :id;

-- name: views
SELECT person_id AS id, person_id, view AS value FROM conversations WHERE view <> '';

-- name: set_view!
UPDATE conversations SET view = :value WHERE person_id = :id;

-- name: parked
SELECT person_id AS id, person_id, parked AS value FROM conversations WHERE parked <> '';

-- name: set_parked!
UPDATE conversations SET parked = :value WHERE person_id = :id;

-- name: bodies
SELECT id, person_id, body AS value FROM outbox WHERE body <> '';

-- name: set_body!
UPDATE outbox SET body = :value WHERE id = :id;

-- name: profiles
SELECT person_id AS id, person_id, values_given AS value FROM profiles;

-- name: set_profile!
UPDATE profiles SET values_given = :value WHERE person_id = :id;

-- name: pseudonyms
SELECT draw_id, person_id AS person, person_id, pseudonym AS value FROM draw_people;

-- name: set_pseudonym!
UPDATE draw_people SET pseudonym = :value WHERE draw_id = :draw_id AND person_id = :person;

-- name: waiting_ballots
SELECT id, sealed AS value FROM waiting_ballots;

-- name: set_waiting_ballot!
UPDATE waiting_ballots SET sealed = :value WHERE id = :id;

-- name: ballot_texts
SELECT b.question_id, b.id, b.value FROM ballots AS b JOIN questions AS q ON q.id = b.question_id
WHERE q.kind = 'text' AND b.value <> '[-1]';

-- name: set_ballot_text!
UPDATE ballots SET value = :value WHERE question_id = :question_id AND id = :id;

-- name: notes
SELECT m.id, r.person_id, m.words AS value
FROM support_messages AS m JOIN support_requests AS r ON r.id = m.request_id;

-- name: set_note!
UPDATE support_messages SET words = :value WHERE id = :id;

-- name: names
SELECT id, person_id, name AS value FROM responses WHERE name <> '';

-- name: set_name!
UPDATE responses SET name = :value WHERE id = :id;

-- name: colleagues
SELECT person_id AS id, person_id, name AS value FROM colleagues WHERE name <> '';

-- name: set_colleague!
UPDATE colleagues SET name = :value WHERE person_id = :id;

-- name: remarks
SELECT consultation_id, person_id AS person, person_id, remark AS value FROM trials WHERE remark <> '';

-- name: set_remark!
UPDATE trials SET remark = :value WHERE consultation_id = :consultation_id AND person_id = :person;

-- name: secrets
SELECT id, person_id, secret AS value FROM responses WHERE secret <> '';

-- name: set_secret!
UPDATE responses SET secret = :value WHERE id = :id;

-- name: texts
-- Own words, and answers that are sealed whole; where nothing is sealed, sheets have the ids of their responses.
SELECT a.sheet_id, a.question_id, r.person_id, a.value
FROM answers AS a JOIN responses AS r ON r.id = a.sheet_id JOIN questions AS q ON q.id = a.question_id
WHERE (q.kind = 'text' AND a.value NOT IN ('null', '[-1]')) OR a.value LIKE '{%';

-- name: set_text!
UPDATE answers SET value = :value WHERE sheet_id = :sheet_id AND question_id = :question_id;

-- name: lanes
SELECT update_id, lane FROM inbox;

-- name: set_lane!
UPDATE inbox SET lane = :lane WHERE update_id = :update_id;

-- name: has_unsent
SELECT 1 FROM settings WHERE key = 'sheets.unsent';

-- name: unsent
-- What stands on sheets, though it has not been sent; they still have the ids of their responses.
SELECT r.id, r.person_id, a.question_id, a.value
FROM responses AS r JOIN answers AS a ON a.sheet_id = r.id WHERE r.state <> 'finished' ORDER BY r.id;

-- name: remove_unsent!
DELETE FROM answers WHERE sheet_id = :id;

-- name: forget_unsent!
DELETE FROM settings WHERE key = 'sheets.unsent';
