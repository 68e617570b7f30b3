-- Anonymous answers that have not been sent are kept together, sealed as one: which questions somebody was asked would
-- say, where answers lead to others, what they answered.

ALTER TABLE responses ADD COLUMN secret TEXT NOT NULL DEFAULT '';
