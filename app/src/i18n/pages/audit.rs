//! Texts of the audit's page.

use crate::i18n::word_set;

word_set! {
    /// The page of the audit.
    AuditWords {
        title: "Журнал действий", "Audit log";
        why: "Кто, когда и что менял. Записи нельзя ни исправить, ни удалить: они удаляются сами по истечении срока.", "Who changed what, and when. Entries cannot be edited or deleted: they expire by themselves.";
        kept: "Срок хранения —", "They are kept for";
        who: "Кто", "Who";
        anybody: "Кто угодно", "Anyone";
        who_hint: "Адрес почты", "Email address";
        when: "Когда", "When";
        whence: "Откуда", "From where";
        what: "Что сделано", "Action";
        any_action: "Любое действие", "Any action";
        kind: "Раздел", "Section";
        any_kind: "Все разделы", "All sections";
        object: "С чем", "Object";
        object_hint: "Часть названия", "Part of the name";
        from: "С даты", "From";
        to: "По дату", "To";
        date_unreadable: "Не получается разобрать дату. Напишите её так: 2026-11-24.", "This is not a date. Write it like this: 2026-11-24.";
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
        as_was: "прежнее сообщение", "original message";
        as_is: "с текущими настройками", "with the current settings";
        key_stops: "перестала работать сразу", "stopped working at once";
        key_day: "проработает ещё 24 часа", "works for another 24 hours";
        taken: "письмо принято", "email accepted";
        not_sent: "письмо не отправлено", "email not sent";
        test_sent: "сообщение отправлено", "message sent";
        test_refused: "сообщение не отправлено", "message not sent";
        test_event: "пробное событие на короткую ссылку", "sample event to the short URL";
        test_in_sandbox: "сообщение в песочнице", "message in the sandbox";
        older: "Раньше", "Older";
        newest: "К новым", "Newest";
        none_title: "Пока ничего не записано", "Nothing recorded yet";
        none_why: "Здесь появится всё, что меняют люди и командная строка.", "Everything that people and the command line change will appear here.";
        no_match_title: "Ничего не нашлось", "Nothing found";
        no_match_why: "Таких записей нет. Уберите часть условий или выберите другое время.", "There are no such entries. Remove some filters or choose another time.";
        to_settings: "К настройкам", "To settings";

        c_name: "Название", "Name";
        c_enabled: "Включён", "Enabled";
        c_sandbox: "Песочница", "Sandbox";
        c_events: "Типы событий", "Event types";
        c_events_all: "все", "all";
        c_bot: "Бот", "Bot";
        c_token: "Токен бота", "Bot token";
        c_count: "Сколько", "How many";
        c_chat: "Чат", "Chat";
        c_ids: "Номера доставок", "Delivery ids";
        c_event: "Событие", "Event";
        c_how: "Как", "How";
        c_outcome: "Результат", "Outcome";
        c_cause: "Причина", "Cause";
        c_old_key: "Прежняя ссылка", "Old URL";
        c_key: "Номер ключа", "Key number";
        c_filter: "Условия", "Filters";
        c_with_secrets: "С токенами и ключами ссылок", "With tokens and webhook keys";
        c_role: "Роль", "Role";
        c_answer: "Ответ сервера", "Server's answer";
        c_messages: "Сообщения", "Messages";
        c_event_count: "События", "Events";
    }
}
