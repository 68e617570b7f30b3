-- name: all
SELECT key, kind, sensitive, labels, reasons, panel_id FROM attributes ORDER BY position, key;

-- name: options
SELECT attribute_key, key, labels, target, least, most, prefixes, latitude, longitude FROM attribute_options
ORDER BY attribute_key, position, key;

-- name: add!
INSERT INTO attributes (key, position, kind, sensitive, labels, reasons, panel_id)
VALUES (:key, :position, :kind, :sensitive, :labels, :reasons, :panel_id);

-- name: add_option!
INSERT INTO attribute_options
    (attribute_key, key, position, labels, target, least, most, prefixes, latitude, longitude)
VALUES (:attribute_key, :key, :position, :labels, :target, :least, :most, :prefixes, :latitude, :longitude);

-- name: remove!
DELETE FROM attributes WHERE key = :key;

-- name: last_position
SELECT COALESCE(MAX(position), 0) FROM attributes;

-- name: position
SELECT position FROM attributes WHERE key = :key;
