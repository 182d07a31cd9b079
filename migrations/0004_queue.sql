-- All sandboxes share the empty lane: a lane is never NULL.
UPDATE deliveries SET lane = x'' WHERE lane IS NULL;

-- Of a chat in a lane only the earliest delivery that is neither finished nor parked has a time: the head. The others
-- get theirs when they become the head, so that what is due can be found without looking at what waits behind it.
DROP INDEX deliveries_lane;
CREATE INDEX deliveries_lane ON deliveries (lane, chat, id) WHERE finished_at IS NULL AND state <> 'parked';
UPDATE deliveries SET next_attempt_at = NULL WHERE finished_at IS NULL AND state IN ('waiting', 'retrying') AND EXISTS (
    SELECT 1 FROM deliveries earlier WHERE earlier.finished_at IS NULL AND earlier.state <> 'parked'
    AND earlier.lane = deliveries.lane AND earlier.chat = deliveries.chat AND earlier.id < deliveries.id);
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (lane, next_attempt_at) WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL;

-- Groups that became supergroups, as Telegram named them: whoever writes to the old id is led to the new one.
CREATE TABLE moved_chats (
    chat     TEXT    PRIMARY KEY,
    moved_to TEXT    NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
