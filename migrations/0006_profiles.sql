-- What the list of profiles is searched and sorted by: name, then field, in lower case and with е for ё. SQLite folds
-- ASCII alone, so that the program writes it; NULL until a start has filled it in.
ALTER TABLE profiles ADD COLUMN folded TEXT;
CREATE INDEX profiles_folded ON profiles (folded);

-- A deleted profile has neither key nor token and another name; it goes when the last of its events has gone.
ALTER TABLE profiles ADD COLUMN deleted_at INTEGER;
ALTER TABLE profiles ADD COLUMN deleted_name TEXT;
CREATE INDEX profiles_deleted ON profiles (deleted_at) WHERE deleted_at IS NOT NULL;

-- What a profile has still to send, without going through all that it has sent.
CREATE INDEX deliveries_unfinished ON deliveries (profile_id) WHERE finished_at IS NULL;

-- What became of a profile's messages, by the hour in which it did: a week is a few rows, however many messages.
CREATE TABLE outcome_hours (
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    hour       INTEGER NOT NULL,               -- whole hours since 1970-01-01T00:00:00Z
    delivered  INTEGER NOT NULL,
    failed     INTEGER NOT NULL,               -- failed, uncertain, or the event was refused at the door
    skipped    INTEGER NOT NULL,
    PRIMARY KEY (profile_id, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_hours_failed ON outcome_hours (profile_id, hour, failed) WHERE failed > 0;

-- Kept by triggers, so that no way in which a delivery can end is forgotten. One that is accepted fires none.
CREATE TRIGGER outcome_of_finished AFTER UPDATE OF finished_at ON deliveries
WHEN NEW.profile_id IS NOT NULL AND (OLD.finished_at IS NOT NULL OR NEW.finished_at IS NOT NULL)
BEGIN
    UPDATE outcome_hours SET delivered = delivered - (OLD.state = 'delivered'),
        failed = failed - (OLD.state IN ('failed', 'uncertain')), skipped = skipped - (OLD.state = 'skipped')
    WHERE OLD.finished_at IS NOT NULL AND profile_id = NEW.profile_id AND hour = OLD.finished_at / 3600000;
    INSERT INTO outcome_hours (profile_id, hour, delivered, failed, skipped)
    SELECT NEW.profile_id, NEW.finished_at / 3600000, NEW.state = 'delivered', NEW.state IN ('failed', 'uncertain'),
        NEW.state = 'skipped'
    WHERE NEW.finished_at IS NOT NULL
    ON CONFLICT (profile_id, hour) DO UPDATE SET delivered = delivered + excluded.delivered,
        failed = failed + excluded.failed, skipped = skipped + excluded.skipped;
END;

CREATE TRIGGER outcome_of_nobody AFTER INSERT ON deliveries
WHEN NEW.finished_at IS NOT NULL AND NEW.profile_id IS NOT NULL
BEGIN
    INSERT INTO outcome_hours (profile_id, hour, delivered, failed, skipped)
    VALUES (NEW.profile_id, NEW.finished_at / 3600000, NEW.state = 'delivered', NEW.state IN ('failed', 'uncertain'),
        NEW.state = 'skipped')
    ON CONFLICT (profile_id, hour) DO UPDATE SET delivered = delivered + excluded.delivered,
        failed = failed + excluded.failed, skipped = skipped + excluded.skipped;
END;

CREATE TRIGGER outcome_at_the_door AFTER INSERT ON events
WHEN NEW.outcome IN ('rejected', 'skipped') AND NEW.profile_id IS NOT NULL
BEGIN
    INSERT INTO outcome_hours (profile_id, hour, delivered, failed, skipped)
    VALUES (NEW.profile_id, NEW.received_at / 3600000, 0, NEW.outcome = 'rejected', NEW.outcome = 'skipped')
    ON CONFLICT (profile_id, hour) DO UPDATE SET failed = failed + excluded.failed,
        skipped = skipped + excluded.skipped;
END;

INSERT INTO outcome_hours (profile_id, hour, delivered, failed, skipped)
SELECT profile_id, hour, sum(delivered), sum(failed), sum(skipped) FROM (
    SELECT profile_id, finished_at / 3600000 AS hour, state = 'delivered' AS delivered,
        state IN ('failed', 'uncertain') AS failed, state = 'skipped' AS skipped
    FROM deliveries WHERE finished_at IS NOT NULL AND profile_id IS NOT NULL
    UNION ALL
    SELECT profile_id, received_at / 3600000, 0, outcome = 'rejected', outcome = 'skipped'
    FROM events WHERE outcome IN ('rejected', 'skipped') AND profile_id IS NOT NULL)
GROUP BY profile_id, hour;
