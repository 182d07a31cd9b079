-- `attempts.class` may be `no_token` too: there was no usable token to ask with.

-- Tokens that Telegram has accepted at least once: error mails for the stateless door go out for these alone.
CREATE TABLE accepted_tokens (
    lane        BLOB    PRIMARY KEY,           -- half a SHA-256 of the token, see `deliveries`
    accepted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Error mails: the failures of one cause of one profile (or of one token and set of parameters at the stateless door).
CREATE TABLE mails (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    profile_id      INTEGER REFERENCES profiles (id) ON DELETE CASCADE, -- NULL: the stateless door
    bot_id          INTEGER,                   -- stateless door: the bot's number
    lane            BLOB,                      -- stateless door: of the token
    parameters      TEXT    NOT NULL,          -- stateless door: canonical, those that say whom to write to and how; else ''
    cause           TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN
                        ('gathering', 'sending', 'retrying', 'sent', 'not_sent', 'given_up')),
    reason          TEXT,                      -- why it was not sent, or what the SMTP server said last
    done            TEXT    NOT NULL DEFAULT '{}', -- addresses that need no further attempt, JSON: whether each took it
    created_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,          -- when it is first due: until then failures are added
    next_attempt_at INTEGER,                   -- while `sending`, the end of the lease
    attempts        INTEGER NOT NULL DEFAULT 0,
    finished_at     INTEGER                    -- NULL: there is still something to do
) STRICT;
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE finished_at IS NULL;
CREATE INDEX mails_of_one_kind ON mails (profile_id, lane, cause, due_at);
CREATE INDEX mails_by_lane ON mails (lane, finished_at) WHERE lane IS NOT NULL;

CREATE TABLE mail_failures (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    mail_id     INTEGER NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
    event_id    INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    delivery_id INTEGER REFERENCES deliveries (id) ON DELETE CASCADE, -- NULL: the event was refused at the door
    description TEXT,                          -- Telegram's own words at that time
    UNIQUE (mail_id, delivery_id)
) STRICT;
CREATE INDEX mail_failures_by_event ON mail_failures (event_id);
CREATE INDEX mail_failures_by_delivery ON mail_failures (delivery_id);
