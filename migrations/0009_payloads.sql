-- Bodies stand apart from their events: whoever goes through events does not go through what they said.
CREATE TABLE payloads (
    event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    encoding TEXT NOT NULL,                    -- 'identity', or 'lz4': its length (4 bytes, the least first), one LZ4 block
    body     BLOB NOT NULL
) STRICT;
INSERT INTO payloads (event_id, encoding, body) SELECT id, encoding, payload FROM events WHERE payload IS NOT NULL;
ALTER TABLE events DROP COLUMN payload;
ALTER TABLE events DROP COLUMN encoding;

-- By day first: what is new stands together, however much is old.
DROP INDEX events_by_fingerprint;
CREATE INDEX events_by_fingerprint ON events (received_at / 86400000, fingerprint) WHERE outcome = 'accepted';
