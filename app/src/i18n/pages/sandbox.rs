//! Texts of the sandbox.

use crate::i18n::word_set;

word_set! {
    /// The sandbox.
    SandboxWords {
        title: "Песочница", "Sandbox";
        why: "Сообщения профилей, у которых вместо бота выбрана песочница. В Telegram ничего не отправляется.", "Messages of profiles that use the sandbox instead of a bot. Nothing is sent to Telegram.";
        empty_title: "Сообщений пока нет", "No messages yet";
        empty_why: "Выберите в профиле «Песочница» и отправьте тест или событие на его короткую ссылку.", "Choose “Sandbox” in a profile, and send a test or an event to its short URL.";
        empty_action: "К профилям", "To profiles";
        empty_here: "Отправьте сюда пример или событие на короткую ссылку профиля.", "Send a sample here, or an event to the profile's short URL.";
        chat: "чат", "chat";
        all: "Все профили", "All profiles";
        of_profile: "Профиль", "Profile";
        clear: "Очистить", "Clear";
        sample: "Пример события", "Sample event";
        to: "→", "→";
        send: "Отправить пример", "Send sample";

        chat_title: "Бот записи", "Booking bot";
        chat_why: "Вы — клиент. Нажмите «Старт», откройте ссылку услуги или запишитесь прямо здесь: событие придёт, как от сервиса записи.", "You are the customer. Press Start, open a service's link, or book right here: the event arrives as if from the booking service.";
        set_up: "Настроить", "Set up";
        off_why: "Попробуйте бота записи без токена и без Telegram: добавьте услуги и поговорите с ним здесь как клиент.", "Try the booking bot without a token and without Telegram: add services, then talk to it here as a customer.";
        customer: "Анна", "Anna";
        start: "Старт", "Start";
        say: "Сообщение боту", "Message to the bot";
        say_do: "Отправить", "Send";
        book: "Записаться на", "Book";
        book_do: "Записаться", "Book";
        book_service: "Услуга", "Service";
        book_why: "Вместо страницы записи: событие о записи по ссылке этого клиента.", "Instead of the booking page: the event of a booking made via this customer's link.";
        no_reader: "Ни один включённый профиль песочницы не читает поле бота: создайте профиль с песочницей и этим полем.", "No enabled sandbox profile reads the bot's field: create a profile with the sandbox and this field.";
        make_profile: "Создать профиль", "Create a profile";
        reader: "Сообщения отправит профиль", "Messages will be sent by the profile";
    }
}
