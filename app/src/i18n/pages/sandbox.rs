//! Texts of the sandbox.

use crate::i18n::word_set;

word_set! {
    /// The sandbox.
    SandboxWords {
        title: "Песочница", "Sandbox";
        why: "Сообщения профилей, которым вместо бота выбрана песочница. Наружу ничего не уходит.", "Messages of the profiles that use the sandbox in place of a bot. Nothing is sent out.";
        empty_title: "Сообщений пока нет", "No messages yet";
        empty_why: "Выберите в профиле «Песочница» и отправьте тест или событие на его короткую ссылку.", "Choose “The sandbox” in a profile, and send a test or an event to its short URL.";
        empty_action: "К профилям", "To profiles";
        empty_here: "Отправьте сюда пример или событие на короткую ссылку профиля.", "Send a sample here, or an event to the profile's short URL.";
        chat: "чат", "chat";
        all: "Все профили", "All profiles";
        of_profile: "Профиль", "Profile";
        clear: "Очистить", "Clear";
        sample: "Пример события", "Sample event";
        to: "→", "→";
        send: "Отправить пример", "Send the sample";
    }
}
