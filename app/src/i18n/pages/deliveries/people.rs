//! Texts of chats that no bot can reach, and of erasing what is stored about a chat.

use crate::i18n::word_set;

word_set! {
    /// The page of chats that no bot can reach.
    UnreachableWords {
        title: "Кому не дойдёт", "Unreachable customers";
        why: "Клиенты, которым бот больше не может написать. Клиент исчезнет из списка сам, как только сообщение снова дойдёт или клиент напишет боту.", "Customers whom a bot can no longer write to. They leave the list automatically once a message arrives again or they write to the bot.";
        none_title: "Сообщения доходят до всех", "Everyone can be reached";
        none_why: "Здесь появятся клиенты, которые заблокировали бота, удалили аккаунт или не нажали «Старт».", "Customers who blocked the bot, deleted their account or never pressed Start will appear here.";
        customer: "Клиент", "Customer";
        search_hint: "Имя, телефон или чат", "Name, phone or chat";
        no_match_why: "Среди тех, кому не дойдёт, таких клиентов нет.", "No such customer among those who cannot be reached.";
        cause: "Причина", "Cause";
        since: "С какого времени", "Since";
        last: "Последняя попытка", "Last attempt";
        failures: "Не дошло", "Not delivered";
        bot: "Бот", "Bot";
        profile: "Профиль", "Profile";
        shown: "Показаны последние", "Showing the latest";
        of: "из", "of";
        advice: "Что делать", "What to do";
        to_log: "Доставки", "Deliveries";
    }
}

word_set! {
    /// Erasing a person.
    EraseWords {
        title: "Стереть данные клиента", "Erase customer data";
        why: "По просьбе клиента удаляется всё, что хранится о его чате: события с содержимым, сообщения и попытки их отправить, имя, телефон и записи.", "At a customer's request, everything stored about their chat is deleted: events with their bodies, messages and sending attempts, the name, the phone and the bookings.";
        chat: "Чат клиента (Telegram id)", "The customer's chat (Telegram id)";
        chat_help: "Число, как в доставках, например 482113907. У групп оно начинается с минуса.", "A number as shown in Deliveries, for example 482113907. For groups it starts with a minus.";
        chat_odd: "Это не Telegram id: нужно число, например 482113907.", "This is not a Telegram id: enter a number, for example 482113907.";
        look: "Посмотреть, что хранится", "See what is stored";
        question: "Стереть всё о чате {}?", "Erase everything about chat {}?";
        nothing: "О чате {} ничего не хранится.", "Nothing is stored about chat {}.";
        events: "Событий", "Events";
        messages: "Сообщений", "Messages";
        waiting: "Из них ещё не отправлено (уже не уйдут)", "Not sent yet (these will not go out)";
        bookings: "Записей", "Bookings";
        is_customer: "Бот забудет этого клиента. Если клиент отправлял /stop, это останется в силе: хранится только отпечаток, по которому человека не узнать.", "The bot forgets this customer. If they sent /stop, it stays in force: only a fingerprint is kept, which does not identify them.";
        others: "Если событие касалось и других клиентов, их сообщения останутся, а содержимое события будет стёрто.", "If an event was for other customers too, their messages stay, and the event's body is erased.";
        backups: "В прежних резервных копиях эти данные останутся: сделайте новые, а старые удалите.", "Earlier backups still contain this data: make new ones and delete the old.";
        for_good: "Вернуть стёртое нельзя.", "This cannot be undone.";
        do_it: "Стереть навсегда", "Erase permanently";
        back: "Не надо", "Go back";
        other: "Другой чат", "Another chat";
        done: "Что уже стёрто", "What has been erased";
        ends_in: "чат …", "chat …";
    }
}
