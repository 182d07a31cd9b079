-- Strangers (contract §1): stateless tokens that no profile has and that Telegram has never accepted.

-- Strangers' deliveries have an index of their own: a queue full of them costs a scan for the others nothing.
ALTER TABLE deliveries ADD COLUMN stranger INTEGER NOT NULL DEFAULT 0;
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (lane, next_attempt_at)
    WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 0;
CREATE INDEX deliveries_due_of_strangers ON deliveries (next_attempt_at)
    WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 1;
CREATE INDEX profiles_by_lane ON profiles (lane) WHERE lane IS NOT NULL;

-- Events of the stateless endpoint that are bounded: all undelivered ones, and strangers' finished ones until they are swept.
CREATE TABLE stateless_events (
    event_id    INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    lane        BLOB    NOT NULL,              -- of the token
    address     TEXT,                          -- the stranger's network address; NULL: the token is known
    bytes       INTEGER NOT NULL,              -- of its body, parameters and messages, as stored
    finished_at INTEGER                        -- NULL: a message of it is still to be sent
) STRICT;
CREATE INDEX stateless_events_of_strangers ON stateless_events (lane) WHERE address IS NOT NULL;
CREATE INDEX stateless_events_finished ON stateless_events (finished_at) WHERE finished_at IS NOT NULL;

-- The sums of what is not finished: per known token (its lane in hexadecimal), per stranger's address, and of all strangers ('*').
CREATE TABLE stateless_usage (
    holder TEXT    PRIMARY KEY,
    events INTEGER NOT NULL,
    bytes  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER stateless_usage_of_new AFTER INSERT ON stateless_events WHEN NEW.finished_at IS NULL BEGIN
    INSERT INTO stateless_usage (holder, events, bytes)
    SELECT value, 1, NEW.bytes
    FROM json_each(iif(NEW.address IS NULL, json_array(hex(NEW.lane)), json_array(NEW.address, '*'))) WHERE true
    ON CONFLICT (holder) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER stateless_usage_of_finished AFTER UPDATE OF finished_at ON stateless_events
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL BEGIN
    UPDATE stateless_usage SET events = events - 1, bytes = bytes - NEW.bytes
    WHERE holder = coalesce(NEW.address, hex(NEW.lane)) OR (NEW.address IS NOT NULL AND holder = '*');
    DELETE FROM stateless_usage WHERE holder = coalesce(NEW.address, hex(NEW.lane)) AND events <= 0;
    -- A known token's finished events are kept as long as all others.
    DELETE FROM stateless_events WHERE event_id = NEW.event_id AND NEW.address IS NULL;
END;
CREATE TRIGGER stateless_usage_of_known AFTER UPDATE OF address ON stateless_events
WHEN OLD.address IS NOT NULL AND NEW.address IS NULL AND NEW.finished_at IS NULL BEGIN
    UPDATE stateless_usage SET events = events - 1, bytes = bytes - NEW.bytes WHERE holder IN (OLD.address, '*');
    DELETE FROM stateless_usage WHERE holder = OLD.address AND events <= 0;
    INSERT INTO stateless_usage (holder, events, bytes) VALUES (hex(NEW.lane), 1, NEW.bytes)
    ON CONFLICT (holder) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER stateless_usage_of_deleted AFTER DELETE ON stateless_events WHEN OLD.finished_at IS NULL BEGIN
    UPDATE stateless_usage SET events = events - 1, bytes = bytes - OLD.bytes
    WHERE holder = coalesce(OLD.address, hex(OLD.lane)) OR (OLD.address IS NOT NULL AND holder = '*');
    DELETE FROM stateless_usage WHERE holder = coalesce(OLD.address, hex(OLD.lane)) AND events <= 0;
END;

CREATE TRIGGER stateless_event_finished AFTER UPDATE OF finished_at ON deliveries
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL AND NEW.profile_id IS NULL BEGIN
    UPDATE stateless_events SET finished_at = NEW.finished_at WHERE event_id = NEW.event_id AND finished_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = NEW.event_id AND finished_at IS NULL);
END;
