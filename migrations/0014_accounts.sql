-- The person's own account: the second factor, sessions that can be told apart, what is kept of how they like their pages.

ALTER TABLE users ADD COLUMN totp BLOB;                             -- sealed, bound to `user:{id}:totp`; NULL: no second factor
ALTER TABLE users ADD COLUMN totp_since INTEGER;
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;  -- the newest step whose code was taken: none is taken twice
ALTER TABLE users ADD COLUMN language TEXT;                         -- ru, en; NULL: as the browser has it
ALTER TABLE users ADD COLUMN theme TEXT;                            -- light, dark; NULL: as the browser has it
ALTER TABLE users ADD COLUMN zone TEXT;                             -- IANA name; NULL: as the browser has it

-- When who holds it last proved that they are the account's owner.
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;

-- Who has made it; of an invitation.
ALTER TABLE one_time_links ADD COLUMN made_by TEXT;
CREATE INDEX one_time_links_by_user ON one_time_links (user_id);

-- The password was right, the second factor is still to come. Only a SHA-256 of the cookie's token is kept.
CREATE TABLE half_sessions (
    token_hash BLOB    PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX half_sessions_by_user ON half_sessions (user_id);

-- Only a SHA-256 of a code is kept. One that was used stays, so that the page can say how many are left.
CREATE TABLE recovery_codes (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BLOB    NOT NULL,
    used_at   INTEGER,
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;
