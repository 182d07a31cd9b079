-- The booking bot: a switch per bot. Customers press Start, book by a link that carries their chat, and get messages.
CREATE TABLE booking_bots (
    bot_id        INTEGER PRIMARY KEY REFERENCES bots (id) ON DELETE CASCADE,
    enabled       INTEGER NOT NULL,
    settings      TEXT    NOT NULL,            -- hookgram::booking::BookingBot as JSON
    version       INTEGER NOT NULL,            -- grows with every save
    secret        BLOB    NOT NULL,            -- encrypted, bound to `bot:{bot_id}:links`: the key of the codes in links
    by_webhook    INTEGER NOT NULL,            -- updates come by webhook, not by long polling
    webhook_hash  BLOB,                        -- SHA-256 of the last part of the webhook's path
    next_update   INTEGER,                     -- the newest handled update + 1, until Telegram was told (getUpdates, offset)
    handled_at    INTEGER,                     -- when it was handled
    trouble       TEXT,                        -- hookgram::booking::Trouble; NULL: updates come
    trouble_host  TEXT,                        -- the host of another webhook
    trouble_since INTEGER,
    published     BLOB                         -- SHA-256 of the commands, texts and menu button that Telegram has
) STRICT;
CREATE UNIQUE INDEX booking_bots_by_webhook ON booking_bots (webhook_hash) WHERE webhook_hash IS NOT NULL;

-- People who have pressed Start at a booking bot. Their id is that of their private chat, too.
CREATE TABLE customers (
    id         INTEGER PRIMARY KEY,            -- Telegram's id of the person
    first_name TEXT    NOT NULL,
    last_name  TEXT    NOT NULL,
    username   TEXT    NOT NULL,               -- without the @; empty if there is none
    language   TEXT    NOT NULL,               -- as Telegram tells it (`ru`, `en-GB`); empty if it does not
    folded     TEXT    NOT NULL,               -- names and username as they are searched
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL                -- the last contact: an update of theirs, or a booking
) STRICT;
CREATE INDEX customers_by_time ON customers (last_at, id);

CREATE TABLE subscriptions (
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    bot_id      INTEGER NOT NULL,
    started_at  INTEGER,                       -- when they last pressed Start; NULL: only wrote
    blocked_at  INTEGER,                       -- they have blocked the bot; NULL: they have not, as far as is known
    told_at     INTEGER,                       -- when something that is no command was last answered
    PRIMARY KEY (customer_id, bot_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_bot ON subscriptions (bot_id, customer_id);

-- That somebody said /stop survives the erasure of their data: a keyed hash of bot and chat, until they press Start.
CREATE TABLE stops (
    hash BLOB    PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Groups that were told that the bot works in private chats only.
CREATE TABLE told_groups (
    bot_id INTEGER NOT NULL,
    chat   INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (bot_id, chat)
) STRICT, WITHOUT ROWID;

-- The bookings of customers as the events told them, for /my. One that has begun is deleted after a day.
CREATE TABLE bookings (
    bot_id      INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    case_id     TEXT    NOT NULL,              -- CaseItem.Id
    starts_at   INTEGER,                       -- NULL: an order
    service     TEXT,
    number      TEXT,
    link        TEXT,
    cancelled   INTEGER NOT NULL,
    told_at     INTEGER NOT NULL,              -- when the newest event about it was received
    PRIMARY KEY (bot_id, customer_id, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_by_customer ON bookings (customer_id, told_at);

-- Whether a customer's id without a code is accepted (contract §4). Profiles that are made with a booking bot insist
-- on codes.
ALTER TABLE profiles ADD COLUMN bare_ids INTEGER NOT NULL DEFAULT 1;
DROP TRIGGER profiles_version;
CREATE TRIGGER profiles_version AFTER UPDATE OF name, enabled, sandbox, events, bot_id, parameters, bare_ids ON profiles
BEGIN
    UPDATE profiles SET version = version + 1 WHERE id = new.id;
END;

-- The case of the booking that an event is about, to find the deliveries of one booking.
ALTER TABLE events ADD COLUMN case_id TEXT;
