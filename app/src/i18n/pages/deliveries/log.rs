//! Texts of the log of deliveries.

use crate::i18n::word_set;

word_set! {
    /// The list, its filters and its chart.
    LogWords {
        title: "Доставки", "Deliveries";
        why: "Что стало с каждым событием: от записи клиента до сообщения в Telegram.", "What became of every event: from the customer's booking to the message in Telegram.";
        news: "Показать новые", "Show what is new";
        csv: "Скачать CSV", "Download CSV";
        jsonl: "Скачать JSON Lines", "Download JSON Lines";
        download: "Скачать", "Download";
        unreachable: "Кому не дойдёт", "Who cannot be reached";
        work: "Повторы и отмены", "Replays and cancellations";
        find: "Показать", "Show";
        profile: "Профиль", "Profile";
        no_such_profile: "Профиля с таким названием нет. Показаны все.", "No profile has this name. All are shown.";
        which_profile: "Подходит несколько профилей, показаны все. Выберите один:", "Several profiles match, all are shown. Choose one:";
        all_profiles: "Все профили", "All profiles";
        outcome: "Исход", "Outcome";
        any_outcome: "Любой исход", "Any outcome";
        period: "Время", "Time";
        any_time: "Всё время", "All the time";
        last_day: "За 24 часа", "Last 24 hours";
        last_week: "За 7 дней", "Last 7 days";
        last_month: "За 30 дней", "Last 30 days";
        search: "Поиск", "Search";
        search_hint: "Имя, телефон, номер записи, чат или текст", "Name, phone, booking number, chat or text";
        more: "Ещё условия", "More conditions";
        cause: "Причина", "Cause";
        any_cause: "Любая причина", "Any cause";
        chat: "Чат", "Chat";
        order: "Номер записи", "Booking number";
        bot: "Бот в ссылке", "Bot in the URL";
        from: "Не раньше", "Not before";
        to: "Раньше", "Before";
        time_help: "Например, 2026-11-24 или 2026-11-24T13:30.", "For example 2026-11-24 or 2026-11-24T13:30.";
        time_unreadable: "Не получается прочитать время. Напишите его так: 2026-11-24 или 2026-11-24T13:30.", "The time cannot be read. Write it like this: 2026-11-24 or 2026-11-24T13:30.";
        reset: "Сбросить", "Reset";
        remove: "Убрать условие", "Remove the condition";
        time: "Время", "Time";
        booking: "Запись", "Booking";
        details: "Подробности", "Details";
        no_number: "без номера", "no number";
        stateless: "по ссылке с параметрами", "by a URL with parameters";
        bot_number: "Бот", "Bot";
        gone_profile: "удалённый профиль", "deleted profile";
        sandbox: "песочница", "sandbox";
        older: "Раньше", "Older";
        newest: "К новым", "To the newest";
        go_on: "Искать дальше", "Search on";
        searched: "Самые новые просмотрены. Более давние ещё нет.", "The newest have been looked through. Older ones have not.";
        none_title: "Пока ни одного события", "No events yet";
        none_why: "Они появятся здесь, как только сервис записи вызовет ссылку профиля.", "They appear here as soon as the booking service calls a profile's URL.";
        none_action: "К профилям", "To profiles";
        no_match_title: "Ничего не нашлось", "Nothing was found";
        no_match_why: "Таких событий нет. Уберите часть условий или выберите другое время.", "There are no such events. Remove some of the conditions or choose another time.";
        select: "Выбрать", "Select";
        select_all: "Выбрать все на странице", "Select all on the page";
        replay_selected: "Повторить выбранные…", "Replay the selected…";
        cancel_selected: "Отменить выбранные…", "Cancel the selected…";
        replay_failed: "Повторить неудачные…", "Replay what failed…";
        replay_matching: "Повторить все найденные…", "Replay all found…";
        cancel_matching: "Отменить все найденные…", "Cancel all found…";
        next_try: "повтор в", "again at";
        no_id: "у участника нет Telegram id", "the participant has no Telegram id";
        wrong_code: "неверный код в ссылке на запись", "wrong code in the booking link";
        nothing_to_say: "сообщение получилось бы пустым", "the message would be empty";
        queue: "в очереди", "in the queue";
        same_as: "как событие от", "as the event of";
        replayed: "повторена", "replayed";
        is_replay: "повтор", "replay";
        maybe_twice: "возможно, пришло дважды", "may have come twice";
        chart: "Исходы по времени", "Outcomes over time";
        chart_table: "То же таблицей", "The same as a table";
        delivered: "доставлено", "delivered";
        failed: "с ошибкой", "with an error";
        failed_are: "Не доставлено, неясно, дошло ли, или отклонено", "Failed, may have arrived, or rejected";
        skipped: "пропущено", "skipped";
        nothing: "В это время ничего не было.", "There was nothing in this time.";
        half_within: "половина быстрее чем за", "half of them within";
        most_within: "95 из 100 — за", "95 of 100 within";
        nearly_all_within: "99 из 100 — за", "99 of 100 within";
        of_last: "по последним", "of the last";
        ms: "мс", "ms";
        s: "с", "s";
        min: "мин", "min";
        h: "ч", "h";
        days: "дн.", "days";
    }
}

word_set! {
    /// One event and its trace.
    TraceWords {
        title: "Событие", "Event";
        back: "К списку", "To the list";
        own_page: "На отдельной странице", "On a page of its own";
        received: "Получено", "Received";
        at_short: "по короткой ссылке профиля", "at the profile's short URL";
        at_stateless: "по ссылке с параметрами", "at the URL with parameters";
        not_kept: "тело больше не хранится", "the body is no longer kept";
        found: "Получатель найден", "Recipient found";
        not_found: "Получателя нет", "No recipient";
        field: "поле", "field";
        rendered: "Сообщение готово", "Message made";
        queued: "Записано в очередь", "Written into the queue";
        answered: "Ответ сервису записи", "Answer to the booking service";
        sent: "Telegram принял", "Telegram took it";
        sent_part: "Telegram принял часть", "Telegram took part";
        refused: "Telegram отказал", "Telegram refused";
        not_asked: "Отправлять не с чем: токена нет или его не открыть", "Nothing to send with: there is no token, or it cannot be opened";
        unreachable: "Telegram не ответил", "Telegram did not answer";
        in_sandbox: "Показано в песочнице", "Shown in the sandbox";
        waits: "Ждёт отправки", "Waits to be sent";
        next_try: "Следующая попытка", "Next attempt";
        suspended: "Ждёт нового токена", "Waits for a new token";
        cancelled: "Отменено", "Cancelled";
        chat: "чат", "chat";
        part: "часть", "part";
        attempt: "попытка", "attempt";
        message: "Сообщение", "Message";
        no_message: "Сообщения нет.", "There is no message.";
        body: "Событие (JSON)", "Event (JSON)";
        replay: "Повторить…", "Replay…";
        cancel: "Отменить…", "Cancel…";
        erase: "Стереть данные клиента…", "Erase the customer's data…";
        this_chat: "Всё в этот чат", "All to this chat";
        related: "Та же запись", "The same booking";
        all_related: "Показать в журнале", "Show in the log";
        duplicate: "Такое же событие уже приходило: второе сообщение не отправлено.", "The same event had come before: no second message was sent.";
        first_copy: "Первое событие", "The first event";
        replaced: "Повторена другой доставкой", "Replayed by another delivery";
        event_replay: "Это повтор события, которое сначала не было принято", "This replays an event that was not accepted at first";
        event_replaced: "Событие повторено и принято", "The event was replayed and accepted";
        replay_of: "Это повтор другой доставки", "This replays another delivery";
        unsure: "Один раз ответ Telegram не пришёл, поэтому сообщение могло дойти дважды.", "Telegram's answer was missing once, so the message may have come twice.";
        retrying: "Telegram сейчас недоступен или просит подождать. Отправка повторится сама.", "Telegram cannot be reached at the moment or asks to wait. It is tried again by itself.";
        skipped_type: "Профиль не отправляет события этого типа.", "The profile does not send events of this type.";
        payload_title: "Тело события", "The event's body";
        payload_why: "Так его прислал сервис записи.", "As the booking service sent it.";
        payload_none: "Тело этого события больше не хранится.", "The body of this event is no longer kept.";
        payload_odd: "Это не JSON, поэтому показано как есть.", "This is no JSON and shown as it stands.";
        download: "Скачать", "Download";
        copy: "Копировать", "Copy";
        copied: "Скопировано", "Copied";
        items: "элементов:", "items:";
        fields: "полей:", "fields:";
    }
}

word_set! {
    /// Replaying, cancelling, and the progress of both.
    ActWords {
        replay_title: "Повтор", "Replay";
        cancel_title: "Отмена", "Cancellation";
        work_title: "Повторы и отмены", "Replays and cancellations";
        work_why: "То, что делается сразу со многими доставками.", "What is done to many deliveries at once.";
        how: "Каким отправить сообщение", "Which message to send";
        as_was: "Прежнее сообщение", "The former message";
        as_was_help: "То же самое, что не дошло. Если дошла часть, отправятся остальные.", "The very one that did not arrive. If some of its parts did, the others are sent.";
        as_is: "Заново, с нынешними настройками профиля", "A new one, with the profile's present settings";
        as_is_help: "Если вы исправили текст, поле контакта или бота.", "If you have mended the text, the contact field or the bot.";
        replay_do: "Повторить", "Replay";
        cancel_do: "Отменить отправку", "Cancel the sending";
        back: "Не надо", "Do not";
        arrived_too: "Среди выбранных могут быть и доставленные: клиент получит их ещё раз.", "Some of the selected may have arrived: the customer gets them once more.";
        events_anew: "События принимаются заново, с нынешними настройками профиля. То, что уже дошло, второй раз не отправится.", "The events are accepted anew, with the profile's present settings. What has arrived is not sent a second time.";
        event: "Событие", "Event";
        arrived_not: "То, что уже дошло или уходит, второй раз не отправится.", "What has arrived or is on its way is not sent a second time.";
        cancel_gone: "Сообщения не уйдут. Отменённое потом можно повторить.", "The messages will not go. What is cancelled can be replayed later.";
        nothing_selected: "Ничего не выбрано. Вернитесь и отметьте доставки.", "Nothing is selected. Go back and mark some deliveries.";
        nothing_matches: "Подходящих доставок нет.", "There are no such deliveries.";
        results: "Что получилось", "What came of it";
        delivery: "Доставка", "Delivery";
        running: "Идёт", "Running";
        finished: "Готово", "Done";
        stopped: "Остановлено", "Stopped";
        stop: "Остановить", "Stop";
        left: "осталось", "left";
        of: "из", "of";
        began: "Начато", "Begun";
        refused: "Оставлено как есть", "Left as it is";
        replay_kind_was: "Повтор прежних сообщений", "Replay of the former messages";
        replay_kind_is: "Повтор с нынешними настройками", "Replay with the present settings";
        cancel_kind: "Отмена отправки", "Cancellation";
        none_title: "Ещё ничего не повторяли", "Nothing has been replayed yet";
        none_why: "Здесь видно, как идут повторы и отмены всего найденного.", "Here you see how replays and cancellations of all that was found go on.";
        to_log: "К доставкам", "To deliveries";
    }
}
