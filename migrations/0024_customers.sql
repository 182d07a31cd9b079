-- The customers of one bot are listed by when they last pressed Start.
DROP INDEX subscriptions_by_bot;
CREATE INDEX subscriptions_by_start ON subscriptions (bot_id, coalesce(started_at, 0), customer_id);

-- Retention finds what is old.
CREATE INDEX bookings_by_start ON bookings (starts_at) WHERE starts_at IS NOT NULL;
CREATE INDEX bookings_of_orders ON bookings (told_at) WHERE starts_at IS NULL;
CREATE INDEX told_groups_by_time ON told_groups (at);
