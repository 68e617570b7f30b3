-- Guests, who answer through a venue's link without having been asked, and answers that staff take for somebody.

-- What the posters say in big letters: JSON by language.
ALTER TABLE links ADD COLUMN words TEXT NOT NULL DEFAULT '{}';

-- The link through which a guest answered; everybody else was asked, or is somebody for whom staff answered.
ALTER TABLE responses ADD COLUMN link TEXT REFERENCES links (token);
CREATE INDEX responses_link ON responses (link);
CREATE INDEX people_source ON people (source);

-- The way an answer came: by those who were asked ('chat'), by guests, or through staff.
CREATE VIEW response_ways AS
SELECT id AS response_id, consultation_id, person_id, state, with_helper,
    CASE WHEN link IS NULL THEN channel ELSE 'guest' END AS way
FROM responses;

-- Responses whose people may be told what came of them: everybody but guests who have not agreed to be written to.
CREATE VIEW told_responses AS
SELECT r.id, r.consultation_id, r.person_id, r.state FROM responses AS r
WHERE r.link IS NULL OR EXISTS (
    SELECT 1 FROM consents AS c
    WHERE c.person_id = r.person_id AND c.purpose = 'taking part' AND c.withdrawn_at IS NULL);

-- Those who have been erased are counted by the same ways.
CREATE TABLE kept_turnout_by_way (
    consultation_id TEXT NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (consultation_id, way, state)
) STRICT;
INSERT INTO kept_turnout_by_way (consultation_id, way, state, number)
SELECT consultation_id, 'chat', state, number FROM kept_turnout;
DROP TABLE kept_turnout;
ALTER TABLE kept_turnout_by_way RENAME TO kept_turnout;
