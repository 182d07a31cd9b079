-- The people that events name, filled in after the commit that accepts an event, and for events of earlier versions.
CREATE TABLE people (
    event_id    INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    participant INTEGER NOT NULL,              -- index into the event's participants
    name        TEXT,
    phone       TEXT,                          -- as it was typed
    words       TEXT    NOT NULL,              -- hookgram::person::Person::words, a JSON array
    PRIMARY KEY (event_id, participant)
) STRICT, WITHOUT ROWID;

-- The same words, each with the participants who have it. Triggers keep it.
CREATE TABLE people_words (
    word        TEXT    NOT NULL,
    event_id    INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    PRIMARY KEY (word, event_id, participant)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER people_words_of_new AFTER INSERT ON people BEGIN
    INSERT INTO people_words (word, event_id, participant)
    SELECT value, NEW.event_id, NEW.participant FROM json_each(NEW.words) WHERE true ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER people_words_of_deleted AFTER DELETE ON people BEGIN
    DELETE FROM people_words WHERE event_id = OLD.event_id AND participant = OLD.participant
    AND word IN (SELECT value FROM json_each(OLD.words));
END;

-- How far `people` is filled in: all events up to `reached`, but for those up to `older`, which go from the newest down.
CREATE TABLE people_progress (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    reached INTEGER NOT NULL,
    older   INTEGER NOT NULL                   -- 0: there are none left
) STRICT;
INSERT INTO people_progress (id, reached, older)
SELECT 1, coalesce(max(id), 0), coalesce(max(id), 0) FROM events;
