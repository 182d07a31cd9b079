-- A message that several deliveries of one event share. Where `deliveries.text_id` is set, the parts are here, and
-- `deliveries.parts` is empty. A text goes with the last delivery that refers to it, or with its event.
CREATE TABLE texts (
    id       INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    parts    TEXT    NOT NULL                  -- as in deliveries.parts
) STRICT;
CREATE INDEX texts_by_event ON texts (event_id);
ALTER TABLE deliveries ADD COLUMN text_id INTEGER; -- into texts; NULL: `parts` holds the text itself
