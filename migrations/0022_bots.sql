-- A bot of Telegram is one row, which holds its token once; profiles refer to it by bot_id. Rows without a token are
-- bots whose name Telegram has told for a token of the stateless endpoint.
-- state: hookgram::bot::BotState. The messages of a refused or locked bot are suspended ('parked' in deliveries).
CREATE TABLE known_bots (
    id          INTEGER PRIMARY KEY,           -- Telegram's own id of the bot
    name        TEXT    NOT NULL,              -- as Telegram last told it; empty until then, like the username
    username    TEXT    NOT NULL,
    token       BLOB,                          -- encrypted, bound to `bot:{id}:token`; NULL: none, or in profile_tokens
    sender      BLOB,                          -- the token's sender key, `lane` in deliveries; NULL: no token
    state       TEXT    NOT NULL CHECK (state IN ('unknown', 'working', 'refused', 'locked')),
    state_since INTEGER NOT NULL,
    refusal     TEXT,                          -- Telegram's description of why it refused the token
    answered_at INTEGER,                       -- Telegram's last answer for the bot, to the minute
    created_at  INTEGER NOT NULL
) STRICT;

-- The tokens of the former version, encrypted for their profiles. Each start moves those that it can decrypt to their
-- bot (store/bots/moving.rs) and deletes them here.
CREATE TABLE profile_tokens (
    profile_id  INTEGER PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    bot_id      INTEGER NOT NULL,
    token       BLOB    NOT NULL,              -- encrypted, bound to `profile:{profile_id}:token`
    sender      BLOB    NOT NULL,
    place       INTEGER NOT NULL               -- among the tokens of the bot: 1 is the one that Telegram accepted last
) STRICT;
CREATE INDEX profile_tokens_by_bot ON profile_tokens (bot_id, place);

INSERT INTO profile_tokens (profile_id, bot_id, token, sender, place)
SELECT p.id, p.bot_id, p.token, p.lane, row_number() OVER (
    PARTITION BY p.bot_id ORDER BY a.accepted_at IS NULL, a.accepted_at DESC, p.parked_since IS NOT NULL,
        p.updated_at DESC, p.id DESC)
FROM profiles p LEFT JOIN accepted_tokens a ON a.lane = p.lane
WHERE p.token IS NOT NULL AND p.bot_id IS NOT NULL AND p.lane IS NOT NULL AND p.deleted_at IS NULL;

INSERT INTO known_bots (id, name, username, sender, state, state_since, refusal, answered_at, created_at)
SELECT t.bot_id, coalesce(b.name, ''), coalesce(b.username, ''), t.sender,
    CASE WHEN p.parked_since IS NOT NULL THEN iif('token_locked' IS (SELECT d.cause FROM deliveries d
        INDEXED BY deliveries_unfinished WHERE d.profile_id = p.id AND d.finished_at IS NULL AND d.state = 'parked'
        ORDER BY d.id DESC LIMIT 1), 'locked', 'refused')
    WHEN a.accepted_at IS NULL THEN 'unknown' ELSE 'working' END,
    coalesce(p.parked_since, a.accepted_at, p.updated_at), b.parked_reason, coalesce(b.checked_at, a.accepted_at),
    p.created_at
FROM profile_tokens t JOIN profiles p ON p.id = t.profile_id LEFT JOIN accepted_tokens a ON a.lane = t.sender
LEFT JOIN bots b ON b.id = t.bot_id
WHERE t.place = 1;

INSERT INTO known_bots (id, name, username, state, state_since, answered_at, created_at)
SELECT id, name, username, 'unknown', checked_at, checked_at, checked_at FROM bots
WHERE id NOT IN (SELECT id FROM known_bots);

DROP TABLE bots;
ALTER TABLE known_bots RENAME TO bots;
CREATE INDEX bots_by_time ON bots (answered_at) WHERE sender IS NULL;
CREATE INDEX bots_by_sender ON bots (sender) WHERE sender IS NOT NULL;
CREATE INDEX bots_suspended ON bots (id) WHERE state IN ('refused', 'locked');

DROP TRIGGER profiles_version;
DROP INDEX profiles_by_lane;
UPDATE profiles SET bot_id = NULL WHERE token IS NULL;
ALTER TABLE profiles DROP COLUMN token;
ALTER TABLE profiles DROP COLUMN lane;
ALTER TABLE profiles DROP COLUMN parked_since;
CREATE TRIGGER profiles_version AFTER UPDATE OF name, enabled, sandbox, events, bot_id, parameters ON profiles BEGIN
    UPDATE profiles SET version = version + 1 WHERE id = new.id;
END;
CREATE TRIGGER bots_version AFTER UPDATE OF token ON bots BEGIN
    UPDATE profiles SET version = version + 1 WHERE bot_id = new.id;
END;
