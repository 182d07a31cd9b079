//! Texts of the customers of booking bots.

use crate::i18n::word_set;

word_set! {
    /// The list of customers, and one customer.
    CustomerWords {
        title: "Клиенты", "Customers";
        why: "Люди, которые нажали «Старт» у бота записи. Здесь видно, кому дойдут сообщения.", "People who pressed Start in a booking bot. Here you can see who gets messages.";
        customer: "Клиент", "Customer";
        bots: "Боты", "Bots";
        bot: "Бот", "Bot";
        all_bots: "Все боты", "All bots";
        first: "Первый контакт", "First contact";
        last: "Последний контакт", "Last contact";
        start: "Последний «Старт»", "Last Start";
        booking: "Последняя запись", "Last booking";
        language: "Язык", "Language";
        chat: "Чат", "Chat";
        username: "Имя в Telegram", "Username";
        no_name: "Без имени", "No name";
        search: "Поиск", "Search";
        search_hint: "Имя, @имя или id чата", "Name, @username or chat id";
        find: "Показать", "Show";
        reset: "Сбросить", "Reset";
        older: "Раньше", "Older";
        newest: "К началу", "Newest";
        reach: "Сообщения", "Messages";
        open: "Получает сообщения", "Gets messages";
        stopped: "Сообщения остановлены (/stop)", "Stopped (/stop)";
        blocked: "Бот заблокирован", "Blocked the bot";
        unknown: "Неизвестно: другой ключ шифрования", "Unknown: the encryption key has changed";
        order: "заказ", "order";
        cancelled: "отменено", "cancelled";
        none_title: "Клиентов пока нет", "No customers yet";
        none_why: "Клиенты появляются здесь, когда нажимают «Старт» у бота записи. Включите его на странице бота и дайте клиентам ссылку.", "Customers appear here when they press Start in a booking bot. Turn it on on the bot's page and give customers its link.";
        none_action: "К ботам", "To bots";
        no_match_title: "Никого не нашлось", "Nobody found";
        no_match_why: "Проверьте имя или выберите другого бота.", "Check the name, or choose another bot.";

        deliveries: "Сообщения этому клиенту", "Messages to this customer";
        export: "Скачать данные (JSON)", "Download data (JSON)";
        erase: "Стереть данные…", "Erase data…";
        bookings: "Записи", "Bookings";
        bookings_why: "Запись хранится ещё день после начала, заказ — 30 дней.", "A booking is kept for a day after its start, an order for 30 days.";
        bookings_none: "Известных записей нет.", "No known bookings.";
        when: "Когда", "When";
        service: "Услуга", "Service";
        number: "Номер", "Number";
        open_booking: "Открыть запись", "Open booking";
        stop: "Больше не писать", "Stop messages";
        stop_why: "Если клиент попросил об этом не в Telegram. Действует так же, как команда /stop.", "For a customer who asked for it outside Telegram. Works like the /stop command.";
        stop_back: "Снова разрешить сообщения может только сам клиент: для этого он нажимает «Старт».", "Only the customer can allow messages again, by pressing Start.";
        stop_erased: "Это останется в силе, даже если данные клиента стереть.", "It stays in force even if the customer's data is erased.";
        stop_of: "Больше не писать от имени", "Stop messages from";
        stop_none: "Сообщения всех ботов этому клиенту уже остановлены.", "All bots' messages to this customer are already stopped.";
        own: "Имя, язык и id чата сообщает Telegram, изменить их здесь нельзя.", "The name, the language and the chat id come from Telegram and cannot be changed here.";
    }
}
