-- An event that was refused or not wanted is replayed as a new event, at most once.
ALTER TABLE events ADD COLUMN replay_of INTEGER REFERENCES events (id) ON DELETE SET NULL;
CREATE UNIQUE INDEX events_by_replay ON events (replay_of) WHERE replay_of IS NOT NULL;

-- A bulk action may replay refused events (outcome 'rejected'). SQLite cannot change a CHECK, so the table is made anew.
CREATE TABLE new_bulk_actions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT    NOT NULL CHECK (kind IN ('replay_as_was', 'replay_as_is', 'cancel')),
    outcome     TEXT    NOT NULL CHECK (outcome IN ('failed', 'uncertain', 'cancelled', 'waiting', 'parked', 'rejected')),
    profile_id  INTEGER REFERENCES profiles (id) ON DELETE CASCADE, -- NULL: of all
    cause       TEXT,                          -- NULL: of any
    since       INTEGER,                       -- received at this time or later
    until       INTEGER,                       -- received before this time
    newest      INTEGER NOT NULL,              -- the newest delivery (for 'rejected': event) when the action began
    place       INTEGER NOT NULL DEFAULT 0,    -- the last one that was looked at
    total       INTEGER NOT NULL,              -- how many matched when the action began
    done        INTEGER NOT NULL DEFAULT 0,
    refused     TEXT    NOT NULL DEFAULT '{}', -- how many for which reason, JSON
    asked_by    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,                       -- NULL: there is still something to do
    stopped     INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO new_bulk_actions SELECT * FROM bulk_actions;
DROP TABLE bulk_actions;
ALTER TABLE new_bulk_actions RENAME TO bulk_actions;
CREATE INDEX bulk_actions_open ON bulk_actions (id) WHERE finished_at IS NULL;
CREATE INDEX bulk_actions_by_end ON bulk_actions (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX bulk_actions_by_profile ON bulk_actions (profile_id);
