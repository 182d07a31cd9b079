//! Texts of the audit's page.

use crate::i18n::word_set;

word_set! {
    /// The page of the audit.
    AuditWords {
        title: "Журнал действий", "Audit";
        why: "Кто, когда и что менял. Записи нельзя ни исправить, ни удалить: они исчезают сами, когда устареют.", "Who changed what, and when. Entries can be neither changed nor deleted: they go by themselves when they are old.";
        kept: "Хранится дней:", "Days that it is kept:";
        who: "Кто", "Who";
        anybody: "Кто угодно", "Anybody";
        who_hint: "Адрес почты", "E-mail address";
        when: "Когда", "When";
        whence: "Откуда", "From";
        what: "Что сделано", "What was done";
        any_action: "Любое действие", "Any action";
        kind: "Раздел", "Section";
        any_kind: "Все разделы", "All sections";
        object: "С чем", "To what";
        object_hint: "Часть названия", "Part of a name";
        from: "С даты", "From the day";
        to: "По дату", "To the day";
        date_unreadable: "Не получается прочитать дату. Напишите её так: 2026-11-24.", "The day cannot be read. Write it like this: 2026-11-24.";
        find: "Показать", "Show";
        reset: "Сбросить", "Reset";
        changes: "Изменения", "Changes";
        more: "Ещё", "More";
        before: "Было", "Before";
        after: "Стало", "After";
        nothing: "пусто", "nothing";
        yes: "да", "yes";
        no: "нет", "no";
        command_line: "командная строка", "command line";
        this_machine: "сам сервер", "the server itself";
        as_was: "как было", "as it was";
        as_is: "по нынешнему профилю", "with the profile as it is now";
        key_stops: "перестала работать сразу", "stopped at once";
        key_day: "проработает ещё 24 часа", "works for another 24 hours";
        taken: "письмо принято", "the mail was taken";
        not_sent: "письмо не отправлено", "no mail was sent";
        test_sent: "сообщение отправлено", "the message was sent";
        test_refused: "сообщение не отправлено", "the message was not sent";
        test_event: "пробное событие на короткую ссылку", "a sample event to the short URL";
        test_in_sandbox: "сообщение в песочнице", "the message is in the sandbox";
        older: "Раньше", "Older";
        newest: "К новым", "To the newest";
        none_title: "Пока ничего не записано", "Nothing is recorded yet";
        none_why: "Здесь появится всё, что меняют люди и командная строка.", "Whatever people and the command line change appears here.";
        no_match_title: "Ничего не нашлось", "Nothing was found";
        no_match_why: "Таких записей нет. Уберите часть условий или выберите другое время.", "There are no such entries. Remove some of the conditions or choose another time.";
        to_settings: "К настройкам", "To settings";

        c_name: "Название", "Name";
        c_enabled: "Включён", "Switched on";
        c_sandbox: "Песочница", "Sandbox";
        c_events: "Типы событий", "Types of event";
        c_events_all: "все", "all";
        c_bot: "Бот", "Bot";
        c_token: "Токен бота", "Bot's token";
        c_count: "Сколько", "How many";
        c_chat: "Чат", "Chat";
        c_ids: "Номера доставок", "Deliveries";
        c_event: "Событие", "Event";
        c_how: "Как", "How";
        c_outcome: "Исход", "Outcome";
        c_cause: "Причина", "Cause";
        c_old_key: "Прежняя ссылка", "Old URL";
        c_key: "Номер ключа", "Number of the key";
        c_filter: "Условия", "Conditions";
        c_with_secrets: "С токенами и ключами", "With tokens and keys";
        c_role: "Роль", "Role";
        c_answer: "Ответ сервера", "The server's answer";
        c_messages: "Сообщения", "Messages";
        c_event_count: "События", "Events";
    }
}
