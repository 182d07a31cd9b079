//! Texts of the log of deliveries.

use crate::i18n::word_set;

word_set! {
    /// The list, its filters and its chart.
    LogWords {
        title: "Доставки", "Deliveries";
        why: "Что стало с каждым событием: от записи клиента до сообщения в Telegram.", "What happened to every event: from the customer's booking to the message in Telegram.";
        news: "Показать новые", "Show new";
        csv: "Скачать CSV", "Download CSV";
        jsonl: "Скачать JSON Lines", "Download JSON Lines";
        download: "Скачать", "Download";
        unreachable: "Кому не дойдёт", "Unreachable customers";
        work: "Повторы и отмены", "Replays and cancellations";
        find: "Показать", "Show";
        profile: "Профиль", "Profile";
        no_such_profile: "Профиля с таким названием нет. Показаны все.", "There is no profile with this name. All are shown.";
        which_profile: "Подходит несколько профилей, показаны все. Выберите один:", "Several profiles match, all are shown. Choose one:";
        all_profiles: "Все профили", "All profiles";
        outcome: "Результат", "Outcome";
        any_outcome: "Любой результат", "Any outcome";
        period: "Время", "Time";
        any_time: "Всё время", "All time";
        last_day: "За 24 часа", "Last 24 hours";
        last_week: "За 7 дней", "Last 7 days";
        last_month: "За 30 дней", "Last 30 days";
        search: "Поиск", "Search";
        search_hint: "Имя, телефон, номер записи, чат или текст", "Name, phone, booking number, chat or text";
        more: "Ещё условия", "More filters";
        cause: "Причина", "Cause";
        any_cause: "Любая причина", "Any cause";
        chat: "Чат", "Chat";
        order: "Номер записи", "Booking number";
        bot: "Бот в ссылке", "Bot in the URL";
        from: "Не раньше", "From";
        to: "Раньше", "Before";
        time_help: "Например, 2026-11-24 или 2026-11-24T13:30.", "For example, 2026-11-24 or 2026-11-24T13:30.";
        time_unreadable: "Не получается разобрать время. Напишите его так: 2026-11-24 или 2026-11-24T13:30.", "This is not a time. Write it like this: 2026-11-24 or 2026-11-24T13:30.";
        reset: "Сбросить", "Reset";
        remove: "Убрать условие", "Remove the filter";
        time: "Время", "Time";
        booking: "Запись", "Booking";
        details: "Подробности", "Details";
        no_number: "без номера", "no number";
        stateless: "по ссылке с параметрами", "via a URL with parameters";
        bot_number: "Бот", "Bot";
        gone_profile: "удалённый профиль", "deleted profile";
        sandbox: "песочница", "sandbox";
        older: "Раньше", "Older";
        newest: "К новым", "Newest";
        go_on: "Искать дальше", "Search further";
        searched: "Поиск пока дошёл не до конца: давние события ещё не просмотрены.", "Only the newest events have been searched so far, older ones have not.";
        none_title: "Пока ни одного события", "No events yet";
        none_why: "Они появятся здесь, как только сервис записи вызовет ссылку профиля.", "They appear here as soon as the booking service calls a profile's URL.";
        none_action: "К профилям", "To profiles";
        no_match_title: "Ничего не нашлось", "Nothing found";
        no_match_why: "Таких событий нет. Уберите часть условий или выберите другое время.", "There are no such events. Remove some filters or choose another time.";
        select: "Выбрать", "Select";
        select_all: "Выбрать все на странице", "Select all on this page";
        replay_selected: "Повторить выбранные…", "Replay selected…";
        cancel_selected: "Отменить выбранные…", "Cancel selected…";
        replay_failed: "Повторить неудачные…", "Replay failed…";
        replay_matching: "Повторить все найденные…", "Replay all matches…";
        cancel_matching: "Отменить все найденные…", "Cancel all matches…";
        next_try: "повтор в", "again at";
        no_id: "у участника нет Telegram id", "the participant has no Telegram id";
        wrong_code: "неверный код в ссылке на запись", "wrong code in the booking link";
        nothing_to_say: "сообщение получилось бы пустым", "the message would be empty";
        queue: "в очереди", "queued";
        same_as: "копия события", "copy of event";
        replayed: "повторена", "replayed";
        is_replay: "повтор", "replay";
        maybe_twice: "возможно, дошло дважды", "may have arrived twice";
        chart: "Результаты по времени", "Outcomes over time";
        chart_table: "То же таблицей", "As a table";
        delivered: "доставлено", "delivered";
        failed: "с ошибкой", "with problems";
        failed_are: "Не доставлено, неясно, дошло ли, или отклонено", "Failed, may have arrived, or rejected";
        skipped: "пропущено", "skipped";
        nothing: "За это время ничего не было.", "Nothing happened in this time.";
        half_within: "обычно за", "typically";
        most_within: "95% — за", "95% within";
        nearly_all_within: "99% — за", "99% within";
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
        back: "К списку", "Back to the list";
        own_page: "На отдельной странице", "Open on its own page";
        received: "Получено", "Received";
        at_short: "по короткой ссылке профиля", "via the profile's short URL";
        at_stateless: "по ссылке с параметрами", "via a URL with parameters";
        not_kept: "содержимое больше не хранится", "the body is no longer kept";
        found: "Получатель найден", "Recipient found";
        not_found: "Получателя нет", "No recipient";
        field: "поле", "field";
        rendered: "Сообщение готово", "Message rendered";
        queued: "Поставлено в очередь", "Queued";
        answered: "Ответ сервису записи", "Answer to the booking service";
        sent: "Telegram принял", "Accepted by Telegram";
        sent_part: "Telegram принял часть", "Telegram accepted part";
        refused: "Telegram не принял", "Rejected by Telegram";
        not_asked: "Отправлять не с чем: токена нет или его не расшифровать", "Nothing to send with: there is no token, or it cannot be decrypted";
        unreachable: "Telegram не ответил", "Telegram did not answer";
        in_sandbox: "Показано в песочнице", "Shown in the sandbox";
        waits: "Ждёт отправки", "Waiting to be sent";
        next_try: "Следующая попытка", "Next attempt";
        suspended: "Ждёт нового токена", "Waiting for a new token";
        cancelled: "Отменено", "Cancelled";
        chat: "чат", "chat";
        part: "часть", "part";
        attempt: "попытка", "attempt";
        message: "Сообщение", "Message";
        no_message: "Сообщения нет.", "No message.";
        body: "Событие (JSON)", "Event (JSON)";
        replay: "Повторить…", "Replay…";
        cancel: "Отменить…", "Cancel…";
        erase: "Стереть данные клиента…", "Erase customer data…";
        this_chat: "Все сообщения в этот чат", "Everything for this chat";
        related: "Та же запись", "Same booking";
        all_related: "Показать в доставках", "Show in Deliveries";
        duplicate: "Такое же событие уже приходило: второе сообщение не отправлено.", "The same event was received before: no second message was sent.";
        first_copy: "Первое событие", "First event";
        replaced: "Уже повторена другой доставкой", "Already replayed by another delivery";
        event_replay: "Это повтор события, которое сначала не было принято", "This is a replay of an event that was not accepted at first";
        event_replaced: "Событие повторено и принято", "The event was replayed and accepted";
        replay_of: "Это повтор другой доставки", "This is a replay of another delivery";
        unsure: "Один раз ответ Telegram не пришёл, поэтому сообщение могло дойти дважды.", "One answer from Telegram got lost, so the message may have arrived twice.";
        retrying: "Telegram сейчас недоступен или просит подождать. Отправка повторится сама.", "Telegram is unreachable or asks to wait. The message will be retried automatically.";
        skipped_type: "Профиль не отправляет события этого типа.", "The profile does not send events of this type.";
        payload_title: "Содержимое события", "Event body";
        payload_why: "Таким его прислал сервис записи.", "Exactly as the booking service sent it.";
        payload_none: "Содержимое этого события больше не хранится.", "The body of this event is no longer kept.";
        payload_odd: "Это не JSON, поэтому показано как есть.", "This is not JSON, so it is shown as is.";
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
        work_why: "Действия сразу со многими доставками.", "Actions on many deliveries at once.";
        how: "Какое сообщение отправить", "Which message to send";
        as_was: "Прежнее сообщение", "The original message";
        as_was_help: "То же самое, которое не дошло. Если часть сообщения дошла, отправятся остальные части.", "The one that did not arrive. If some of its parts did, only the others are sent.";
        as_is: "Заново, с текущими настройками профиля", "A new one, with the profile's current settings";
        as_is_help: "Если вы исправили текст, поле контакта или бота.", "If you have fixed the text, the contact field or the bot.";
        replay_do: "Повторить", "Replay";
        cancel_do: "Отменить отправку", "Cancel sending";
        back: "Не надо", "Go back";
        arrived_too: "Среди выбранных могут быть и доставленные: клиент получит их ещё раз.", "Some of the selected may have arrived: the customer will get them again.";
        events_anew: "События принимаются заново, с текущими настройками профиля. То, что уже дошло, второй раз не отправится.", "The events are accepted again, with the profile's current settings. What has already arrived is not sent twice.";
        event: "Событие", "Event";
        arrived_not: "То, что уже дошло или отправляется, второй раз не отправится.", "What has already arrived or is being sent is not sent twice.";
        cancel_gone: "Сообщения не уйдут. Отменённое потом можно повторить.", "The messages will not be sent. Cancelled deliveries can be replayed later.";
        nothing_selected: "Ничего не выбрано. Вернитесь и отметьте доставки.", "Nothing is selected. Go back and select some deliveries.";
        nothing_matches: "Подходящих доставок нет.", "No deliveries match.";
        results: "Что получилось", "Results";
        delivery: "Доставка", "Delivery";
        running: "Идёт", "Running";
        finished: "Готово", "Done";
        stopped: "Остановлено", "Stopped";
        stop: "Остановить", "Stop";
        left: "осталось", "left";
        of: "из", "of";
        began: "Начато", "Started";
        refused: "Оставлено как есть", "Left as is";
        replay_kind_was: "Повтор прежних сообщений", "Replay of the original messages";
        replay_kind_is: "Повтор с текущими настройками", "Replay with the current settings";
        cancel_kind: "Отмена отправки", "Cancellation";
        none_title: "Ещё ничего не повторяли", "Nothing has been replayed yet";
        none_why: "Здесь видно, как идут повторы и отмены всех найденных доставок.", "Here you can follow replays and cancellations of all matching deliveries.";
        to_log: "К доставкам", "To deliveries";
    }
}
