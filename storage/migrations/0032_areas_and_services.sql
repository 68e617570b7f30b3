-- A panel may be for some areas only: `area` is the attribute that says where people live, `areas` its options, as a
-- JSON list. Both empty: it is for everywhere. `service` is what a service panel is about.
ALTER TABLE panels ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE panels ADD COLUMN areas TEXT NOT NULL DEFAULT '[]';
ALTER TABLE panels ADD COLUMN service TEXT NOT NULL DEFAULT '';

-- What is asked for one panel only: whether people have used the service it is about.
ALTER TABLE attributes ADD COLUMN panel_id TEXT REFERENCES panels (id) ON DELETE CASCADE;

-- Whether a member uses the service is said like anything else about oneself from now on, and about the last twelve
-- months: that is another question, so it is asked anew.
ALTER TABLE memberships DROP COLUMN service_use;
UPDATE panels SET service = name WHERE kind = 'service';
INSERT INTO attributes (key, position, kind, sensitive, labels, reasons, panel_id)
SELECT 'use:' || substr(p.id, 14), 1000, 'choice', 0,
    '{"en": "Have you used “' || replace(replace(p.name, '\', '\\'), '"', '\"') || '” in the last 12 months?"}',
    '{"en": "This panel wants to hear from people who use the service, and from people who do not."}', p.id
FROM panels AS p WHERE p.kind = 'service' AND p.state = 'open';
INSERT INTO attribute_options (attribute_key, key, position, labels)
SELECT a.key, 'yes', 0, '{"en": "Yes"}' FROM attributes AS a WHERE a.panel_id IS NOT NULL;
INSERT INTO attribute_options (attribute_key, key, position, labels)
SELECT a.key, 'no', 1, '{"en": "No"}' FROM attributes AS a WHERE a.panel_id IS NOT NULL;
