-- What the log is searched by: each way in has an index of its own, along which a page is found without going through
-- what does not match. Most are partial, so that an event that goes well pays for few of them.
CREATE INDEX deliveries_by_chat ON deliveries (chat) WHERE chat IS NOT NULL;
CREATE INDEX deliveries_by_cause ON deliveries (cause) WHERE cause IS NOT NULL;
CREATE INDEX deliveries_undelivered_by_profile ON deliveries (profile_id, state)
    WHERE state IN ('failed', 'uncertain', 'cancelled', 'skipped');
CREATE INDEX events_by_order ON events (order_number) WHERE order_number IS NOT NULL;
CREATE INDEX events_of_bots ON events (bot_id, received_at) WHERE profile_id IS NULL;

-- What became of all messages by the hour, those of the stateless door among them: `outcome_hours` is by profile, and to
-- add up a thousand of them takes too long for a page.
CREATE TABLE outcome_totals (
    hour      INTEGER PRIMARY KEY,             -- whole hours since 1970-01-01T00:00:00Z
    delivered INTEGER NOT NULL,
    failed    INTEGER NOT NULL,                -- failed, uncertain, or the event was refused at the door
    skipped   INTEGER NOT NULL
) STRICT;

CREATE TRIGGER total_of_finished AFTER UPDATE OF finished_at ON deliveries
WHEN OLD.finished_at IS NOT NULL OR NEW.finished_at IS NOT NULL
BEGIN
    UPDATE outcome_totals SET delivered = delivered - (OLD.state = 'delivered'),
        failed = failed - (OLD.state IN ('failed', 'uncertain')), skipped = skipped - (OLD.state = 'skipped')
    WHERE OLD.finished_at IS NOT NULL AND hour = OLD.finished_at / 3600000;
    INSERT INTO outcome_totals (hour, delivered, failed, skipped)
    SELECT NEW.finished_at / 3600000, NEW.state = 'delivered', NEW.state IN ('failed', 'uncertain'),
        NEW.state = 'skipped'
    WHERE NEW.finished_at IS NOT NULL
    ON CONFLICT (hour) DO UPDATE SET delivered = delivered + excluded.delivered,
        failed = failed + excluded.failed, skipped = skipped + excluded.skipped;
END;

CREATE TRIGGER total_of_nobody AFTER INSERT ON deliveries WHEN NEW.finished_at IS NOT NULL
BEGIN
    INSERT INTO outcome_totals (hour, delivered, failed, skipped)
    VALUES (NEW.finished_at / 3600000, NEW.state = 'delivered', NEW.state IN ('failed', 'uncertain'),
        NEW.state = 'skipped')
    ON CONFLICT (hour) DO UPDATE SET delivered = delivered + excluded.delivered,
        failed = failed + excluded.failed, skipped = skipped + excluded.skipped;
END;

CREATE TRIGGER total_at_the_door AFTER INSERT ON events WHEN NEW.outcome IN ('rejected', 'skipped')
BEGIN
    INSERT INTO outcome_totals (hour, delivered, failed, skipped)
    VALUES (NEW.received_at / 3600000, 0, NEW.outcome = 'rejected', NEW.outcome = 'skipped')
    ON CONFLICT (hour) DO UPDATE SET failed = failed + excluded.failed, skipped = skipped + excluded.skipped;
END;

INSERT INTO outcome_totals (hour, delivered, failed, skipped)
SELECT hour, sum(delivered), sum(failed), sum(skipped) FROM (
    SELECT finished_at / 3600000 AS hour, state = 'delivered' AS delivered,
        state IN ('failed', 'uncertain') AS failed, state = 'skipped' AS skipped
    FROM deliveries WHERE finished_at IS NOT NULL
    UNION ALL
    SELECT received_at / 3600000, 0, outcome = 'rejected', outcome = 'skipped'
    FROM events WHERE outcome IN ('rejected', 'skipped'))
GROUP BY hour;

-- Whom a bot cannot reach, since when and why: from the failure that told until a message arrives.
CREATE TABLE unreachable (
    bot_id     INTEGER NOT NULL,
    chat       TEXT    NOT NULL,
    cause      TEXT    NOT NULL,               -- see app/src/words/causes.rs
    since      INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,               -- the newest failure
    failures   INTEGER NOT NULL,
    profile_id INTEGER,                        -- of the newest failure; NULL: the stateless door
    PRIMARY KEY (bot_id, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX unreachable_by_time ON unreachable (last_at);

CREATE TRIGGER unreachable_since AFTER UPDATE OF finished_at ON deliveries
WHEN NEW.state = 'failed' AND NEW.finished_at IS NOT NULL AND NEW.bot_id IS NOT NULL AND NEW.chat IS NOT NULL
    AND NEW.cause IN ('blocked', 'deactivated', 'never_started')
BEGIN
    INSERT INTO unreachable (bot_id, chat, cause, since, last_at, failures, profile_id)
    VALUES (NEW.bot_id, NEW.chat, NEW.cause, NEW.finished_at, NEW.finished_at, 1, NEW.profile_id)
    ON CONFLICT (bot_id, chat) DO UPDATE SET cause = excluded.cause, last_at = excluded.last_at,
        failures = failures + 1, profile_id = excluded.profile_id;
END;

CREATE TRIGGER unreachable_until AFTER UPDATE OF finished_at ON deliveries
WHEN NEW.state = 'delivered' AND NEW.finished_at IS NOT NULL AND NEW.bot_id IS NOT NULL
BEGIN
    DELETE FROM unreachable WHERE bot_id = NEW.bot_id AND chat = NEW.chat;
END;

INSERT INTO unreachable (bot_id, chat, cause, since, last_at, failures, profile_id)
SELECT d.bot_id, d.chat, d.cause, min(d.finished_at), max(d.finished_at), count(*), max(d.profile_id) FROM deliveries d
WHERE d.state = 'failed' AND d.cause IN ('blocked', 'deactivated', 'never_started')
    AND d.bot_id IS NOT NULL AND d.chat IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM deliveries l WHERE l.chat = d.chat AND l.bot_id = d.bot_id
        AND l.state = 'delivered' AND l.finished_at > d.finished_at)
GROUP BY d.bot_id, d.chat;

-- What was removed for a person: that it was done, not who it was.
CREATE TABLE erasures (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_end   TEXT    NOT NULL,               -- its last three digits
    events     INTEGER NOT NULL,
    messages   INTEGER NOT NULL,
    asked_by   TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
