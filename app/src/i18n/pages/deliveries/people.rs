//! Texts of chats that no bot can reach, and of erasing what is stored about a chat.

use crate::i18n::word_set;

word_set! {
    /// The page of chats that no bot can reach.
    UnreachableWords {
        title: "Кому не дойдёт", "Who cannot be reached";
        why: "Клиенты, которым бот больше не может написать. Из списка уходят сами, как только сообщение снова дойдёт или клиент напишет боту.", "Customers whom a bot can no longer write to. They leave the list by themselves as soon as a message arrives again or they write to the bot.";
        none_title: "Доходит до всех", "Everybody can be reached";
        none_why: "Здесь появятся клиенты, которые заблокировали бота, удалили аккаунт или не нажали «Старт».", "Customers who have blocked the bot, deleted their account or never pressed Start will appear here.";
        customer: "Клиент", "Customer";
        search_hint: "Имя, телефон или чат", "Name, phone or chat";
        no_match_why: "Среди тех, кому не дойдёт, таких клиентов нет.", "Nobody like that is among those who cannot be reached.";
        cause: "Почему", "Why";
        since: "С какого времени", "Since";
        last: "Последняя попытка", "Last attempt";
        failures: "Не дошло", "Not delivered";
        bot: "Бот", "Bot";
        profile: "Профиль", "Profile";
        shown: "Показаны последние", "Shown are the latest";
        of: "из", "of";
        advice: "Что делать", "What to do";
        to_log: "Доставки", "Deliveries";
    }
}

word_set! {
    /// Erasing a person.
    EraseWords {
        title: "Стереть данные клиента", "Erase a customer's data";
        why: "По просьбе клиента удаляется всё, что хранится о его чате: события, их тела, сообщения и попытки их отправить, имя, телефон и записи клиента.", "On a customer's request everything stored about their chat goes: events, their bodies, messages and the attempts to send them, the customer's name, phone and bookings.";
        chat: "Чат клиента (Telegram id)", "The customer's chat (Telegram id)";
        chat_help: "Число, как в журнале, например 482113907. У групп оно начинается с минуса.", "A number as in the log, for example 482113907. A group's begins with a minus.";
        chat_odd: "Это не Telegram id: нужно число, например 482113907.", "This is no Telegram id: it must be a number, for example 482113907.";
        look: "Посмотреть, что есть", "See what there is";
        question: "Стереть всё о чате {}?", "Erase everything about chat {}?";
        nothing: "О чате {} ничего не хранится.", "Nothing is stored about chat {}.";
        events: "Событий", "Events";
        messages: "Сообщений", "Messages";
        waiting: "Из них ещё не отправлено (уже не уйдут)", "Of them not sent yet (they will not go)";
        bookings: "Записей", "Bookings";
        is_customer: "Бот забудет этого клиента. Если клиент отправлял /stop, это останется в силе: хранится только отпечаток, по которому человека не узнать.", "The bot forgets this customer. If they said /stop, that stays in force: only a fingerprint is kept, which does not tell who they are.";
        others: "Если событие касалось и других клиентов, их сообщения останутся, а тело события будет стёрто.", "Where an event was for other customers too, their messages stay, and the event's body goes.";
        backups: "Резервные копии, сделанные раньше, этого не забудут: обновите их.", "Backups made earlier do not forget it: renew them.";
        for_good: "Вернуть стёртое нельзя.", "What is erased cannot be brought back.";
        do_it: "Стереть навсегда", "Erase for good";
        back: "Не надо", "Do not";
        other: "Другой чат", "Another chat";
        done: "Что уже стёрто", "What has been erased";
        ends_in: "чат …", "chat …";
    }
}
