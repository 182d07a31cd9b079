-- What was typed into the builder and is not stored yet: a form that came back with faults where there is no script,
-- or one filled from an old URL. For an hour at most, and for the account that made it alone.
CREATE TABLE drafts (
    id         TEXT    PRIMARY KEY,            -- unguessable: it stands in an address
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    profile_id INTEGER REFERENCES profiles (id) ON DELETE CASCADE,  -- NULL: of a new profile
    content    TEXT    NOT NULL,               -- the form and its faults, JSON, without the token
    token      BLOB,                           -- sealed, bound to `draft:{id}:token`
    old_url    BLOB,                           -- as pasted, its token in it: sealed, bound to `draft:{id}:url`
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_user ON drafts (user_id, expires_at);
CREATE INDEX drafts_by_time ON drafts (expires_at);
CREATE INDEX drafts_by_profile ON drafts (profile_id);
