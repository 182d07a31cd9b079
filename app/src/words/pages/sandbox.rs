//! The sandbox.

use crate::words::word_set;

word_set! {
    /// What the browser itself says of the page: all else stays on the server.
    SandboxTitle {
        title: "Песочница", "Sandbox";
        why: "Сообщения профилей, которым вместо бота выбрана песочница. Наружу ничего не уходит.", "Messages of the profiles that use the sandbox in place of a bot. Nothing is sent out.";
        live: "обновляется само", "live";
    }
}

word_set! {
    /// The chats. Their words are put in their places on the server.
    SandboxWords {
        empty_title: "Сообщений пока нет", "No messages yet";
        empty_why: "Выберите в профиле «Песочница» и отправьте тест или событие на его короткую ссылку.", "Choose “The sandbox” in a profile, and send a test or an event to its short URL.";
        empty_action: "К профилям", "To profiles";
        chat: "чат", "chat";
    }
}
