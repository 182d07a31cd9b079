-- The stateless endpoint stores a bounded number of bytes for each known token, finished events included.
-- The sum of a known token's finished events stands in stateless_usage under 'kept:' and its lane in hexadecimal.

CREATE INDEX stateless_events_kept ON stateless_events (lane, finished_at) WHERE address IS NULL AND finished_at IS NOT NULL;

DROP TRIGGER stateless_usage_of_finished;
CREATE TRIGGER stateless_usage_of_finished AFTER UPDATE OF finished_at ON stateless_events
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL BEGIN
    UPDATE stateless_usage SET events = events - 1, bytes = bytes - NEW.bytes
    WHERE holder = coalesce(NEW.address, hex(NEW.lane)) OR (NEW.address IS NOT NULL AND holder = '*');
    DELETE FROM stateless_usage WHERE holder = coalesce(NEW.address, hex(NEW.lane)) AND events <= 0;
    INSERT INTO stateless_usage (holder, events, bytes)
    SELECT 'kept:' || hex(NEW.lane), 1, NEW.bytes WHERE NEW.address IS NULL
    ON CONFLICT (holder) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER stateless_kept_of_new AFTER INSERT ON stateless_events
WHEN NEW.finished_at IS NOT NULL AND NEW.address IS NULL BEGIN
    INSERT INTO stateless_usage (holder, events, bytes) VALUES ('kept:' || hex(NEW.lane), 1, NEW.bytes)
    ON CONFLICT (holder) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER stateless_kept_of_known AFTER UPDATE OF address ON stateless_events
WHEN OLD.address IS NOT NULL AND NEW.address IS NULL AND NEW.finished_at IS NOT NULL BEGIN
    INSERT INTO stateless_usage (holder, events, bytes) VALUES ('kept:' || hex(NEW.lane), 1, NEW.bytes)
    ON CONFLICT (holder) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER stateless_kept_of_deleted AFTER DELETE ON stateless_events
WHEN OLD.finished_at IS NOT NULL AND OLD.address IS NULL BEGIN
    UPDATE stateless_usage SET events = events - 1, bytes = bytes - OLD.bytes WHERE holder = 'kept:' || hex(OLD.lane);
    DELETE FROM stateless_usage WHERE holder = 'kept:' || hex(OLD.lane) AND events <= 0;
END;
