//! Texts of deleting a profile, replacing its webhook key, and importing profiles.

use crate::i18n::word_set;

word_set! {
    /// Deleting, a new webhook key, importing a file, importing old URLs.
    ProfileActionWords {
        keep: "Оставить как есть", "Leave it as it is";
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
        disable_today: "Сегодня он принял: {}.", "It has received today: {}.";
        disable_refused: "Пока профиль выключен, события не принимаются: сервис записи получает ответ «404», клиенты — ничего.", "While it is disabled, events are refused: the booking service is answered 404, and customers get nothing.";
        disable_later: "Такие события видны в доставках. Когда включите профиль, их можно повторить.", "Such events are listed in the deliveries. Once the profile is enabled, they can be replayed.";
        disable_do: "Выключить", "Disable";

        delete_title: "Удаление профиля", "Deleting a profile";
        delete_question: "Удалить профиль «{}»?", "Delete the profile “{}”?";
        delete_url: "Короткая ссылка перестанет работать сразу. Сервис записи получит ответ «404», клиенты — ничего.", "The short URL stops working at once. The booking service is answered 404, and customers get nothing.";
        delete_token: "Токен бота и настройки сообщения исчезнут. Вернуть их нельзя.", "The bot's token and the settings of the message are gone for good.";
        delete_nothing_waits: "Сообщений в очереди у него нет.", "It has no messages in the queue.";
        delete_events: "Прежние события останутся в журнале, пока не устареют.", "Its earlier events stay in the log until they are too old.";
        delete_do: "Удалить профиль", "Delete the profile";
        delete_instead: "Настройки ещё пригодятся?", "Might you need the settings again?";
        delete_export: "Сначала сохраните их в файл", "Save them to a file first";

        key_title: "Новая ссылка", "A new URL";
        key_question: "Новая короткая ссылка для профиля «{}»", "A new short URL for the profile “{}”";
        key_why: "Понадобится, если ссылка попала к посторонним: кто её знает, тот может писать клиентам от имени бота.", "For when the URL has come to strangers: whoever knows it can write to customers as the bot.";
        key_now: "Ссылка сейчас", "The URL now";
        key_what_of_the_old: "Что будет с ней", "What becomes of it";
        key_day: "Проработает ещё 24 часа", "It works for another 24 hours";
        key_day_help: "Успеете вставить новую в сервис записи, и ни одно сообщение не пропадёт.", "Time to paste the new one into the booking service, without losing a message.";
        key_stops: "Перестанет работать сразу", "It stops working at once";
        key_stops_help: "Пока новая ссылка не вставлена, события не принимаются и клиенты ничего не получают.", "Until the new one is pasted, events are not accepted and customers get nothing.";
        key_then: "После этого откроется страница с новой ссылкой.", "The page with the new URL opens next.";
        key_do: "Создать новую ссылку", "Make the new URL";

        import_title: "Импорт профилей", "Import profiles";
        import_why: "Файл, который сохранил экспорт: YAML или JSON. Профиль с тем же названием будет заменён, но его ссылка останется.", "A file that an export has saved: YAML or JSON. A profile of the same name is replaced and keeps its URL.";
        import_file: "Файл", "File";
        import_file_help: "До 2 МБ.", "Up to 2 MB.";
        import_text: "Или вставьте текст", "Or paste the text";
        import_look: "Посмотреть, что получится", "See what it would do";
        import_nothing_yet: "Пока ничего не изменится: сначала вы увидите таблицу.", "Nothing changes yet: you see a table first.";
        import_faulty: "Ничего не изменено: в файле есть ошибки. Исправьте их и загрузите файл снова.", "Nothing was changed: the file has faults. Mend them and upload it again.";
        import_table: "Профили из файла", "Profiles of the file";
        import_becomes: "Что произойдёт", "What happens";
        import_new: "Новый", "New";
        import_replaces: "Заменит прежний", "Replaces the one there";
        import_changes: "Что изменится", "What changes";
        import_changes_nothing: "Ничего не изменится", "Nothing changes";
        import_wrong: "Ошибка", "Fault";
        import_token_stays: "токен прежний", "keeps its token";
        import_other: "Выбрать другой файл", "Choose another file";

        urls_title: "Много старых ссылок", "Many old URLs";
        urls_why: "Ссылки прежнего сервиса, по одной в строке. Из каждой получится профиль с короткой ссылкой, и токен больше не будет лежать в адресе.", "URLs of the old service, one a line. Each becomes a profile with a short URL, and the token no longer lies in an address.";
        urls_list: "Ссылки", "URLs";
        urls_help: "Целиком, вместе с telegramToken. До 1000 за один раз.", "Whole, with telegramToken. Up to 1,000 at once.";
        urls_look: "Посмотреть, что получится", "See what they would be";
        urls_table: "Что получится из ссылок", "What the URLs would be";
        urls_notes: "Замечания", "Notes";
        urls_whole: "Переносится целиком", "Carried over whole";
        urls_lost: "Не перенесётся:", "Not carried over:";
        urls_not: "Не станет профилем", "Will be no profile";
        urls_make: "Создать профиль из строки", "Make a profile of line";
        urls_bot: "Бот для этих ссылок", "Bot for these URLs";
        urls_make_bot: "Создать бота", "Make a bot";
        moved_title: "Какая ссылка вместо какой", "Which URL replaces which";
        moved_why: "В сервисе записи замените каждую старую ссылку новой. Старые работают, пока приём ссылок с параметрами не закрыт в настройках, так что спешить не нужно.", "In the booking service, replace each old URL by its new one. The old ones work until URLs with parameters are closed in the settings, so there is no hurry.";
        moved_old: "Старая ссылка", "Old URL";
        moved_new: "Новая ссылка", "New URL";
        moved_file: "Скачать таблицу (CSV)", "Download the table (CSV)";
        moved_done: "К профилям", "To the profiles";
        moved_kept: "Таблица хранится полчаса. Короткие ссылки остаются в списке профилей.", "The table is kept for half an hour. The short URLs stay in the list of profiles.";
        urls_other: "Вставить другие ссылки", "Paste other URLs";
    }
}
