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

        chat_title: "Бот записи", "Booking bot";
        chat_why: "Вы — клиент. Нажмите «Запустить», откройте ссылку услуги или запишитесь прямо здесь: событие придёт, как от сервиса записи.", "You are the customer. Press Start, open a service's link, or book right here: the event arrives as from the booking service.";
        set_up: "Настроить", "Set up";
        off_why: "Попробуйте бота записи без токена и без Telegram: укажите услуги и поговорите с ним здесь как клиент.", "Try the booking bot without a token and without Telegram: name services, then talk to it here as a customer.";
        customer: "Анна", "Anna";
        start: "Запустить", "Start";
        say: "Сообщение боту", "Message to the bot";
        say_do: "Отправить", "Send";
        book: "Записаться на", "Book";
        book_do: "Записаться", "Book";
        book_service: "Услуга", "Service";
        book_why: "Вместо страницы записи: событие о записи со ссылкой этого клиента.", "In place of the booking page: the event of a booking made with this customer's link.";
        no_reader: "Ни один включённый профиль песочницы не читает поле бота: сделайте профиль с песочницей и этим полем.", "No enabled sandbox profile reads the bot's field: make a profile with the sandbox and this field.";
        make_profile: "Создать профиль", "Make a profile";
        reader: "Сообщения отправит профиль", "Messages are sent by the profile";
    }
}
