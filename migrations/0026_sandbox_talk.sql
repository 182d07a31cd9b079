-- What the customers whom operators play in the sandbox have written to its booking bot, and its answers.
CREATE TABLE sandbox_talk (
    id INTEGER PRIMARY KEY,
    -- The chat of the played customer: one for each account.
    chat INTEGER NOT NULL,
    at INTEGER NOT NULL,
    said TEXT NOT NULL,
    -- The stored form of a message.
    reply TEXT NOT NULL,
    -- JSON: an array of the Bot API's InlineKeyboardButton.
    keyboard TEXT NOT NULL
);
CREATE INDEX sandbox_talk_by_chat ON sandbox_talk (chat, id);
