-- Messages of tests belong to no delivery and go by their age alone.
CREATE INDEX sandbox_messages_of_tests ON sandbox_messages (at) WHERE delivery_id IS NULL;
