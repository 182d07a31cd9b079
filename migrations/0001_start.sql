-- Times are whole milliseconds since 1970-01-01T00:00:00Z. Columns that hold a sealed token say so.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    role          TEXT    NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    password_hash TEXT,                        -- a PHC string; NULL: signs in by link only
    created_at    INTEGER NOT NULL
) STRICT;

-- Only a SHA-256 of a link's code is kept.
CREATE TABLE one_time_links (
    code_hash  BLOB    PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('setup', 'invite', 'reset', 'sign_in')),
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE,
    email      TEXT,
    role       TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

-- Only a SHA-256 of a session's token is kept.
CREATE TABLE sessions (
    token_hash   BLOB    PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    user_agent   TEXT    NOT NULL,
    address      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE profiles (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL UNIQUE,
    enabled      INTEGER NOT NULL,
    sandbox      INTEGER NOT NULL,
    events       TEXT    NOT NULL,             -- numbers of the wanted types, JSON; [] is all
    bot_id       INTEGER,                      -- of the token
    token        BLOB,                         -- sealed, bound to `profile:{id}:token`
    lane         BLOB,                         -- of the token, see `deliveries`
    parameters   TEXT    NOT NULL,             -- canonical query (contract §3) without the token
    parked_since INTEGER,                      -- Telegram refused the token; a new one ends it
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_by_bot ON profiles (bot_id);

CREATE TABLE webhook_keys (
    key        TEXT    PRIMARY KEY,
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    retired_at INTEGER                         -- it answers until then; NULL is the current key
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX webhook_keys_current ON webhook_keys (profile_id) WHERE retired_at IS NULL;
CREATE INDEX webhook_keys_by_profile ON webhook_keys (profile_id);

-- What Telegram said of a bot when last asked.
CREATE TABLE bots (
    id            INTEGER PRIMARY KEY,         -- Telegram's own id of the bot
    name          TEXT    NOT NULL,
    username      TEXT    NOT NULL,
    checked_at    INTEGER NOT NULL,
    parked_since  INTEGER,
    parked_reason TEXT
) STRICT;

-- Every event that was accepted, and every one refused at the door of a known profile.
CREATE TABLE events (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id    TEXT    NOT NULL UNIQUE,
    profile_id   INTEGER REFERENCES profiles (id) ON DELETE SET NULL,
    bot_id       INTEGER,
    field_name   TEXT,
    received_at  INTEGER NOT NULL,
    event_type   INTEGER,
    order_number TEXT,
    parameters   TEXT    NOT NULL,             -- canonical, as applied: stored ones and overrides, without the token
    token        BLOB,                         -- stateless door: sealed, bound to `event:{public_id}:token`, until nothing needs it
    payload      BLOB,
    encoding     TEXT    NOT NULL DEFAULT 'identity',
    fingerprint  BLOB,                         -- SHA-256 of whom, how and what: equal for duplicates
    outcome      TEXT    NOT NULL CHECK (outcome IN ('accepted', 'skipped', 'duplicate', 'rejected')),
    http_status  INTEGER NOT NULL,
    reason       TEXT,                         -- JSON {"ru": …, "en": …}
    duplicate_of INTEGER REFERENCES events (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX events_by_profile ON events (profile_id, received_at);
CREATE INDEX events_by_time ON events (received_at);
CREATE INDEX events_by_fingerprint ON events (fingerprint, received_at) WHERE outcome = 'accepted';
CREATE INDEX events_by_duplicate ON events (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- One message to one chat. What is accepted is what is sent: its parts are rendered before they are stored.
-- Ids grow in the order of acceptance, and the order within a chat follows them.
CREATE TABLE deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id        INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    profile_id      INTEGER REFERENCES profiles (id) ON DELETE SET NULL,
    participant     INTEGER NOT NULL,          -- index into the event's participants
    chat            TEXT,                      -- NULL: the participant has no usable id
    bot_id          INTEGER,                   -- NULL: sandbox
    lane            BLOB,                      -- half a SHA-256 of the token: order is kept within a lane's chat; NULL: sandbox
    sandbox         INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN
                        ('waiting', 'sending', 'retrying', 'parked', 'delivered', 'failed', 'uncertain', 'skipped')),
    parts           TEXT    NOT NULL,          -- Telegram's HTML of each, JSON
    parts_sent      INTEGER NOT NULL DEFAULT 0,
    attempts        INTEGER NOT NULL DEFAULT 0,
    plain           INTEGER NOT NULL DEFAULT 0,-- Telegram could not parse our HTML: the rest goes as plain text
    unsure          INTEGER NOT NULL DEFAULT 0,-- an answer never came: what follows may be a duplicate
    migrated_to     TEXT,                      -- the chat's new id, once Telegram has named it
    created_at      INTEGER NOT NULL,
    age_from        INTEGER NOT NULL,          -- what its age is counted from: a new token begins it anew
    next_attempt_at INTEGER,                   -- while `sending`, the end of the lease
    due_within      INTEGER NOT NULL DEFAULT 0,-- farther off than this it is due: the clock was set back
    lease_owner     TEXT,
    last_status     INTEGER,
    last_error      TEXT,
    finished_at     INTEGER                    -- NULL: there is still something to do
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE finished_at IS NULL;
CREATE INDEX deliveries_lane ON deliveries (chat, lane, id) WHERE finished_at IS NULL AND state <> 'parked';
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_profile ON deliveries (profile_id, id);

CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    part        INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    latency_ms  INTEGER NOT NULL,
    http_status INTEGER,
    class       TEXT    NOT NULL,              -- sent, refused, unreachable, broken_off
    description TEXT                           -- Telegram's own words
) STRICT;
CREATE INDEX attempts_by_delivery ON attempts (delivery_id);

CREATE TABLE sandbox_messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    profile_id  INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    delivery_id INTEGER REFERENCES deliveries (id) ON DELETE SET NULL,
    part        INTEGER NOT NULL,
    chat        TEXT    NOT NULL,
    html        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    UNIQUE (delivery_id, part)
) STRICT;
CREATE INDEX sandbox_messages_by_profile ON sandbox_messages (profile_id, id);
