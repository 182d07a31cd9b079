//! Texts of deleting a profile, replacing its webhook key, and importing profiles.

use crate::i18n::word_set;

word_set! {
    /// Deleting, a new webhook key, importing a file, importing old URLs.
    ProfileActionWords {
        keep: "Оставить как есть", "Leave as is";
        cancel: "Отмена", "Cancel";
        name: "Название", "Name";
        bot: "Бот", "Bot";
        bot_and_field: "Бот и поле", "Bot and field";
        field: "Поле контакта", "Contact field";
        message: "Сообщение", "Message";
        line: "Строка", "Line";
        line_lower: "строка", "line";
        sandbox: "Песочница", "Sandbox";

        disable_title: "Выключение профиля", "Disabling a profile";
        disable_question: "Выключить профиль «{}»?", "Disable the profile “{}”?";
        disable_today: "Сегодня он принял: {}.", "Received today: {}.";
        disable_refused: "Пока профиль выключен, события не принимаются: сервис записи получает ответ 404, а клиенты ничего не получают.", "While it is disabled, events are rejected: the booking service is answered 404, and customers get nothing.";
        disable_later: "Такие события видны в доставках. Когда включите профиль, их можно будет повторить.", "Such events show up in Deliveries. Once you enable the profile, you can replay them.";
        disable_do: "Выключить", "Disable";

        delete_title: "Удаление профиля", "Deleting a profile";
        delete_question: "Удалить профиль «{}»?", "Delete the profile “{}”?";
        delete_url: "Короткая ссылка перестанет работать сразу. Сервис записи будет получать ответ 404, а клиенты ничего не получат.", "The short URL stops working at once. The booking service is answered 404, and customers get nothing.";
        delete_token: "Настройки сообщения исчезнут безвозвратно.", "The message settings are gone for good.";
        delete_nothing_waits: "Его сообщений в очереди нет.", "It has no messages in the queue.";
        delete_events: "Прежние события останутся в доставках до конца срока хранения.", "Its earlier events stay in Deliveries until they expire.";
        delete_do: "Удалить профиль", "Delete the profile";
        delete_instead: "Настройки ещё пригодятся?", "Need the settings again later?";
        delete_export: "Сначала сохраните их в файл", "Export them to a file first";

        key_title: "Новая ссылка", "A new URL";
        key_question: "Новая короткая ссылка для профиля «{}»", "A new short URL for the profile “{}”";
        key_why: "Понадобится, если ссылка попала к посторонним: кто её знает, тот может писать клиентам от имени бота.", "For when the URL has leaked: anyone who knows it can write to customers as the bot.";
        key_now: "Текущая ссылка", "Current URL";
        key_what_of_the_old: "Что будет с текущей ссылкой", "What happens to the current URL";
        key_day: "Проработает ещё 24 часа", "Keeps working for 24 hours";
        key_day_help: "Успеете вставить новую в сервис записи, и ни одно сообщение не потеряется.", "Time to paste the new one into the booking service without losing a message.";
        key_stops: "Перестанет работать сразу", "Stops working at once";
        key_stops_help: "Пока новая ссылка не вставлена, события не принимаются и клиенты ничего не получают.", "Until the new one is pasted, events are rejected and customers get nothing.";
        key_then: "После этого откроется страница с новой ссылкой.", "Next, the page with the new URL opens.";
        key_do: "Создать новую ссылку", "Create the new URL";

        import_title: "Импорт профилей", "Import profiles";
        import_why: "Файл, сохранённый при экспорте: YAML или JSON. Профиль с таким же названием будет заменён, но его ссылка останется.", "A file saved by an export: YAML or JSON. A profile with the same name is replaced but keeps its URL.";
        import_file: "Файл", "File";
        import_file_help: "До 2 МБ.", "Up to 2 MB.";
        import_text: "Или вставьте текст", "Or paste the text";
        import_look: "Посмотреть, что изменится", "Preview the changes";
        import_nothing_yet: "Пока ничего не изменится: сначала вы увидите таблицу.", "Nothing changes yet: you will see a table first.";
        import_faulty: "Ничего не изменено: в файле есть ошибки. Исправьте их и загрузите файл снова.", "Nothing was changed: the file has errors. Fix them and upload it again.";
        import_table: "Профили из файла", "Profiles in the file";
        import_becomes: "Что произойдёт", "What will happen";
        import_new: "Новый", "New";
        import_replaces: "Заменит прежний", "Replaces the existing one";
        import_changes: "Что изменится", "What changes";
        import_changes_nothing: "Ничего не изменится", "Nothing changes";
        import_wrong: "Ошибка", "Error";
        import_token_stays: "токен прежний", "keeps its token";
        import_other: "Выбрать другой файл", "Choose another file";

        urls_title: "Много старых ссылок", "Many old URLs";
        urls_why: "Ссылки прежнего сервиса, по одной в строке. Из каждой получится профиль с короткой ссылкой, и токена в ссылке больше не будет.", "URLs of your previous service, one per line. Each becomes a profile with a short URL, so the token is no longer part of a URL.";
        urls_list: "Ссылки", "URLs";
        urls_help: "Целиком, вместе с telegramToken. До 1000 за один раз.", "Paste full URLs, with telegramToken. Up to 1,000 at once.";
        urls_look: "Посмотреть, что получится", "Preview the profiles";
        urls_table: "Что получится из ссылок", "Profiles from the URLs";
        urls_notes: "Замечания", "Notes";
        urls_whole: "Переносится целиком", "Migrated completely";
        urls_lost: "Не перенесётся:", "Not migrated:";
        urls_not: "Не получится перенести", "Cannot be migrated";
        urls_make: "Создать профиль из строки", "Create a profile from line";
        urls_bot: "Бот для этих ссылок", "Bot for these URLs";
        urls_make_bot: "Создать бота", "Create a bot";
        moved_title: "Какую ссылку на какую заменить", "Which URL replaces which";
        moved_why: "В сервисе записи замените каждую старую ссылку новой. Старые работают, пока их приём не закрыт в настройках, так что спешить не нужно.", "In the booking service, replace each old URL with its new one. The old ones work until they are closed in the settings, so there is no hurry.";
        moved_old: "Старая ссылка", "Old URL";
        moved_new: "Новая ссылка", "New URL";
        moved_file: "Скачать таблицу (CSV)", "Download as CSV";
        moved_done: "К профилям", "To profiles";
        moved_kept: "Таблица хранится полчаса. Короткие ссылки остаются в списке профилей.", "This table is kept for half an hour. The short URLs stay in the list of profiles.";
        urls_other: "Вставить другие ссылки", "Paste other URLs";
    }
}
