-- Grows with every change of what a door judges an event by, whoever makes it: what was read before it is out of date.
ALTER TABLE profiles ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER profiles_version AFTER UPDATE OF name, enabled, sandbox, events, token, parameters ON profiles BEGIN
    UPDATE profiles SET version = version + 1 WHERE id = new.id;
END;
CREATE TRIGGER webhook_keys_version AFTER UPDATE ON webhook_keys BEGIN
    UPDATE profiles SET version = version + 1 WHERE id IN (old.profile_id, new.profile_id);
END;
CREATE TRIGGER webhook_keys_version_insert AFTER INSERT ON webhook_keys BEGIN
    UPDATE profiles SET version = version + 1 WHERE id = new.profile_id;
END;
CREATE TRIGGER webhook_keys_version_delete AFTER DELETE ON webhook_keys BEGIN
    UPDATE profiles SET version = version + 1 WHERE id = old.profile_id;
END;
