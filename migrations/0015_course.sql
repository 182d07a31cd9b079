-- Microseconds from an event's arrival until its recipients were found, its messages were made, and it was written down;
-- NULL where that did not happen or was not measured.
ALTER TABLE events ADD COLUMN found_us INTEGER;
ALTER TABLE events ADD COLUMN made_us INTEGER;
ALTER TABLE events ADD COLUMN queued_us INTEGER;
