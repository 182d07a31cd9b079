-- What admins have set on the Settings page. What flag or environment says wins over it.
CREATE TABLE settings (
    name   TEXT PRIMARY KEY,
    value  TEXT,                               -- as people write it; NULL: a secret
    sealed BLOB,                               -- a secret: sealed, bound to `setting:{name}`
    CHECK ((value IS NULL) <> (sealed IS NULL))
) STRICT, WITHOUT ROWID;

-- Who did what, when and whence. Rows are added and, once they are old, swept; nothing else.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    actor     TEXT    NOT NULL COLLATE NOCASE, -- an e-mail address; '' is the command line
    address   TEXT,                            -- whence; NULL: from the machine itself
    action    TEXT    NOT NULL,
    kind      TEXT    NOT NULL,                -- what it was done to, see server/src/audit.rs
    object    TEXT    NOT NULL,                -- its name at that time
    object_id INTEGER,
    changes   TEXT    NOT NULL                 -- [[what, from, to], …], JSON; secrets masked
) STRICT;
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_kind ON audit (kind, id);
CREATE INDEX audit_by_time ON audit (at);

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'what is recorded in the audit is not changed');
END;
-- The shortest time that the settings allow it to be kept for: 30 days.
CREATE TRIGGER audit_kept BEFORE DELETE ON audit WHEN old.at > (unixepoch() - 30 * 86400) * 1000 BEGIN
    SELECT RAISE(ABORT, 'what is recorded in the audit is kept for 30 days at least');
END;

-- Kept when the sessions it was learnt from have ended.
ALTER TABLE users ADD COLUMN last_seen_at INTEGER;
UPDATE users SET last_seen_at = (SELECT max(last_used_at) FROM sessions WHERE user_id = users.id);
CREATE TRIGGER users_seen_first AFTER INSERT ON sessions BEGIN
    UPDATE users SET last_seen_at = new.last_used_at WHERE id = new.user_id;
END;
CREATE TRIGGER users_seen AFTER UPDATE OF last_used_at ON sessions BEGIN
    UPDATE users SET last_seen_at = new.last_used_at WHERE id = new.user_id;
END;
