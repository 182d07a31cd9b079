-- A delivery can be called off. Only the check of its table changes, and nothing that is stored: for that, SQLite's
-- documentation of ALTER TABLE (§7) replaces the table's text.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''uncertain'', ''skipped''', '''uncertain'', ''skipped'', ''cancelled''')
    WHERE type = 'table' AND name = 'deliveries';
PRAGMA writable_schema = RESET;

ALTER TABLE deliveries ADD COLUMN cause TEXT;                    -- failed, uncertain: why, see app/src/words/causes.rs
ALTER TABLE deliveries ADD COLUMN earlier_attempts INTEGER NOT NULL DEFAULT 0; -- those before it was last replayed
ALTER TABLE deliveries ADD COLUMN replay_of INTEGER REFERENCES deliveries (id) ON DELETE SET NULL;
UPDATE deliveries SET cause = (SELECT m.cause FROM mail_failures f JOIN mails m ON m.id = f.mail_id
    WHERE f.delivery_id = deliveries.id ORDER BY f.id DESC LIMIT 1) WHERE state IN ('failed', 'uncertain');

-- One replay takes a delivery's place, never two.
CREATE UNIQUE INDEX deliveries_by_replay ON deliveries (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX deliveries_undelivered ON deliveries (state)
    WHERE state IN ('failed', 'uncertain', 'cancelled', 'skipped');
CREATE INDEX deliveries_parked ON deliveries (profile_id) WHERE state = 'parked';

-- What the URL of the short door said for this one call, canonical: it holds for a replay as well.
ALTER TABLE events ADD COLUMN overrides TEXT NOT NULL DEFAULT '';
CREATE INDEX events_not_accepted ON events (outcome) WHERE outcome <> 'accepted';
CREATE INDEX events_not_accepted_by_profile ON events (profile_id, outcome) WHERE outcome <> 'accepted';

-- What is to be done to every delivery that matches, a few at a time.
CREATE TABLE bulk_actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL CHECK (kind IN ('replay_as_was', 'replay_as_is', 'cancel')),
    outcome     TEXT    NOT NULL CHECK (outcome IN ('failed', 'uncertain', 'cancelled', 'waiting', 'parked')),
    profile_id  INTEGER REFERENCES profiles (id) ON DELETE CASCADE, -- NULL: of all
    cause       TEXT,                          -- NULL: of any
    since       INTEGER,                       -- came then or later
    until       INTEGER,                       -- came before
    newest      INTEGER NOT NULL,              -- the newest delivery at its beginning: what comes later is not meant
    place       INTEGER NOT NULL DEFAULT 0,    -- the last delivery that was looked at
    total       INTEGER NOT NULL,              -- how many matched at its beginning
    done        INTEGER NOT NULL DEFAULT 0,
    refused     TEXT    NOT NULL DEFAULT '{}', -- how many for which reason, JSON
    asked_by    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,                       -- NULL: there is still something to do
    stopped     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX bulk_actions_open ON bulk_actions (id) WHERE finished_at IS NULL;
CREATE INDEX bulk_actions_by_end ON bulk_actions (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX bulk_actions_by_profile ON bulk_actions (profile_id);

-- What has not been of use for long goes.
CREATE INDEX mails_by_end ON mails (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX accepted_tokens_by_time ON accepted_tokens (accepted_at); -- the last time, to the day
CREATE INDEX moved_chats_by_time ON moved_chats (at);
CREATE INDEX bots_by_time ON bots (checked_at);
CREATE INDEX webhook_keys_by_end ON webhook_keys (retired_at) WHERE retired_at IS NOT NULL;
