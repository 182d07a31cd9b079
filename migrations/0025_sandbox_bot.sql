-- The bot of the sandbox: it has no token, so nothing of it reaches Telegram. Its booking bot is set up like any other.
INSERT INTO bots (id, name, username, state, state_since, created_at) VALUES (0, '', '', 'working', 0, 0);
