-- Addresses that callers of the stateless endpoint have named in errorEmail, in lower case. Addresses of accounts and of
-- profiles need no confirmation and have a row only if their owner has followed a link.
CREATE TABLE mail_addresses (
    address TEXT    PRIMARY KEY,
    state   TEXT    NOT NULL CHECK (state IN ('asked', 'confirmed', 'stopped')),
    asks    INTEGER NOT NULL DEFAULT 0,        -- confirmation mails so far
    at      INTEGER NOT NULL                   -- asked: the newest confirmation mail; confirmed: the last use, to the day
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_addresses_by_age ON mail_addresses (state, at);

-- Links in mails to these addresses. Only a SHA-256 of a link's code is kept.
CREATE TABLE mail_address_links (
    code_hash  BLOB    PRIMARY KEY,
    address    TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_address_links_by_end ON mail_address_links (expires_at);

-- A confirmation mail has the address that it asks, the lane of the token that caused it, its locale in `parameters`, and
-- an empty `cause`.
ALTER TABLE mails ADD COLUMN asks TEXT;
CREATE INDEX mails_that_ask ON mails (created_at) WHERE asks IS NOT NULL;
CREATE INDEX mails_unfinished_stateless ON mails (lane) WHERE finished_at IS NULL AND profile_id IS NULL;
-- Mails of profiles are sent before those of the stateless endpoint.
CREATE INDEX mails_of_profiles_due ON mails (next_attempt_at) WHERE finished_at IS NULL AND profile_id IS NOT NULL;
