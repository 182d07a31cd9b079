-- What a sign-in is judged by: attempts that are counted across restarts, and proofs that end with the password.

-- Counts changes of the password. Proofs of known browsers name it, so that they end with the password.
ALTER TABLE users ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;

-- Codes of the second factor that were tried, as a leaky bucket: `until` is when the last of them is forgotten.
CREATE TABLE code_attempts (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser TEXT    NOT NULL,                  -- a known browser's id; '': every other browser together
    until   INTEGER NOT NULL,
    PRIMARY KEY (user_id, browser)
) STRICT, WITHOUT ROWID;

-- Wrong passwords and codes by hour since 1970, for the health page.
CREATE TABLE sign_in_failures (
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hour      INTEGER NOT NULL,
    passwords INTEGER NOT NULL DEFAULT 0,
    codes     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, hour)
) STRICT, WITHOUT ROWID;

-- Invitations end with the role of the admin who made them; those of earlier versions may have outlived it.
DELETE FROM one_time_links WHERE kind = 'invite' AND used_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND email = one_time_links.made_by);
