-- Messages are stored in the domain's own form, `{"v":1,"p":[…]}` (src/message/stored.rs), in `deliveries.parts` and
-- `texts.parts`. Earlier versions stored a JSON array of Telegram's HTML. The server rewrites those rows step by step; a
-- row of this table says how far it has come, and is deleted at the end.
CREATE TABLE message_conversions (
    name       TEXT    NOT NULL PRIMARY KEY CHECK (name IN ('deliveries', 'texts')),
    reached    INTEGER NOT NULL,          -- the last id that was rewritten
    last       INTEGER NOT NULL           -- the last id that may have the earlier form
) STRICT, WITHOUT ROWID;

INSERT INTO message_conversions SELECT 'deliveries', 0, max(id) FROM deliveries HAVING max(id) IS NOT NULL;
INSERT INTO message_conversions SELECT 'texts', 0, max(id) FROM texts HAVING max(id) IS NOT NULL;
