//! Texts of the list of profiles.

use crate::i18n::word_set;

word_set! {
    /// The list of profiles.
    ProfilesWords {
        title: "Профили", "Profiles";
        new: "Новый профиль", "New profile";
        more: "Ещё", "More";
        import: "Импорт из файла", "Import from a file";
        export_all: "Экспорт в файл", "Export to a file";
        urls: "Много старых ссылок", "Many old URLs";
        empty_title: "Здесь появятся ваши профили", "Your profiles will appear here";
        empty_why: "Профиль — это бот, текст и настройки сообщения. Вы получите короткую ссылку и вставите её в сервис записи.", "A profile is a bot, a text and message settings. You get a short URL to paste into the booking service.";
        empty_action: "Создать первый профиль", "Create the first profile";
        empty_sandbox: "Открыть песочницу", "Open the sandbox";
        empty_else: "Уже есть настройки?", "Already have settings?";
        empty_old: "Вставить старую ссылку", "Paste an old URL";
        step_bot: "Бот", "Bot";
        step_bot_why: "Нужен токен от @BotFather. Его можно ввести прямо в профиле, а пока бота нет, проверить всё в песочнице.", "You need a token from @BotFather. You can enter it in the profile, and try everything in the sandbox until you have one.";
        step_bot_link: "Добавить бота заранее", "Add the bot first";
        step_profile: "Профиль", "Profile";
        step_profile_why: "Бот, текст и содержание сообщения. Предпросмотр и пробная отправка — на той же странице.", "A bot, a text, and what the message shows. The preview and a test are on the same page.";
        step_url: "Короткая ссылка", "Short URL";
        step_url_why: "После сохранения вставьте её в сервис записи. Первое событие появится здесь.", "After saving, paste it into the booking service. The first event will appear here.";
        none_title: "Ничего не нашлось", "Nothing found";
        none_why: "Поиск идёт по названию, полю контакта, @имени бота и целой короткой ссылке.", "The search covers the name, the contact field, the bot's @username and the full short URL.";
        none_failing: "Сбоев нет", "No failures";
        none_failing_why: "За последние 7 дней все сообщения этих профилей дошли.", "In the last 7 days, every message of these profiles arrived.";
        show_all: "Показать все профили", "Show all profiles";
        search: "Название, @бот, поле или ссылка", "Name, @bot, field or URL";
        search_do: "Найти", "Find";
        filter: "Какие показать", "Show";
        all: "Все", "All";
        only_enabled: "Включённые", "Enabled";
        only_disabled: "Выключенные", "Disabled";
        only_failing: "Со сбоями", "Failing";
        only_unused: "Без событий", "No events";
        sort: "Сортировка", "Sort";
        by_name: "по названию", "by name";
        by_last: "по последнему событию", "by latest event";
        by_failures: "по числу сбоев", "by failures";
        name: "Профиль", "Profile";
        week: "7 дней", "7 days";
        short_url: "Короткая ссылка", "Short URL";
        url_hidden: "видна операторам", "visible to operators";
        url_hidden_why: "Кто знает ссылку, тот может отправлять сообщения клиентам от имени бота, поэтому её видят только операторы и администраторы.", "Anyone who knows the URL can send messages to customers as the bot, so only operators and admins see it.";
        enabled: "Включён", "Enabled";
        last: "Последнее событие", "Last event";
        sandbox: "Песочница", "Sandbox";
        no_token: "нет бота", "no bot";
        never: "событий не было", "no events yet";
        quiet_week: "за 7 дней ничего", "nothing in 7 days";
        enable: "Включить", "Enable";
        disable: "Выключить", "Disable";
        is_enabled: "Включён: принимает события", "Enabled: accepts events";
        is_disabled: "Выключен: события не принимает", "Disabled: rejects events";
        list: "Список профилей", "Profile list";
        actions: "Действия", "Actions";
        edit: "Изменить", "Edit";
        share: "Ссылка", "Short URL";
        duplicate: "Дублировать", "Duplicate";
        export: "Экспорт", "Export";
        new_key: "Новая ссылка…", "New URL…";
        delete: "Удалить…", "Delete…";
        pages: "Страницы списка", "List pages";
        earlier: "Назад", "Back";
        later: "Дальше", "Next";
    }
}
