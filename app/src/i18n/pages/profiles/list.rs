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
        empty_why: "Профиль — это бот, текст и настройки сообщения. Вы получите короткую ссылку и вставите её в сервис записи.", "A profile is a bot, a text and how the message looks. You get a short URL and paste it into the booking service.";
        empty_action: "Создать первый профиль", "Create the first profile";
        empty_sandbox: "Посмотреть песочницу", "Look at the sandbox";
        empty_else: "Уже есть настройки?", "Have settings already?";
        empty_old: "Вставить старую ссылку", "Paste an old URL";
        step_bot: "Бот", "A bot";
        step_bot_why: "Нужен токен от @BotFather. Его можно ввести прямо в профиле, а пока бота нет, проверить всё в песочнице.", "It takes a token from @BotFather. You can type it in the profile itself, and try everything in the sandbox while there is no bot.";
        step_bot_link: "Добавить бота заранее", "Add the bot beforehand";
        step_profile: "Профиль", "A profile";
        step_profile_why: "Бот, текст и что показывать в сообщении. Предпросмотр и пробная отправка — на той же странице.", "A bot, a text, and what the message shows. The preview and a test are on the same page.";
        step_url: "Короткая ссылка", "A short URL";
        step_url_why: "После сохранения вставьте её в сервис записи. Первое событие появится здесь.", "Once it is saved, paste it into the booking service. The first event appears here.";
        none_title: "Ничего не нашлось", "Nothing found";
        none_why: "Ищем в названии, поле контакта, @имени бота и в короткой ссылке целиком.", "The name, the contact field, the bot's @name and the whole short URL are searched.";
        none_failing: "Сбоев нет", "No failures";
        none_failing_why: "За последние 7 дней все сообщения этих профилей дошли.", "In the last 7 days every message of these profiles has arrived.";
        show_all: "Показать все профили", "Show all profiles";
        search: "Название, @бот, поле или ссылка", "Name, @bot, field or URL";
        search_do: "Найти", "Find";
        filter: "Какие показать", "Which to show";
        all: "Все", "All";
        only_enabled: "Включённые", "Enabled";
        only_disabled: "Выключенные", "Disabled";
        only_failing: "Со сбоями", "Failing";
        only_unused: "Без событий", "Unused";
        sort: "Сначала", "First";
        by_name: "по названию", "by name";
        by_last: "последние события", "latest event";
        by_failures: "больше сбоев", "most failures";
        name: "Профиль", "Profile";
        week: "7 дней", "7 days";
        short_url: "Короткая ссылка", "Short URL";
        url_hidden: "видна операторам", "shown to operators";
        url_hidden_why: "Кто знает ссылку, тот может отправлять сообщения клиентам от имени бота, поэтому её видят только операторы и администраторы.", "Whoever knows the URL can send messages to customers as the bot, so only operators and admins see it.";
        enabled: "Включён", "Enabled";
        last: "Последнее событие", "Last event";
        sandbox: "Песочница", "Sandbox";
        no_token: "нет бота", "no bot";
        never: "событий не было", "no events yet";
        quiet_week: "за 7 дней ничего", "nothing in 7 days";
        enable: "Включить", "Enable";
        disable: "Выключить", "Disable";
        is_enabled: "Включён: принимает события", "Enabled: accepts events";
        is_disabled: "Выключен: события не принимает", "Disabled: accepts no events";
        list: "Список профилей", "List of profiles";
        actions: "Действия", "Actions";
        edit: "Изменить", "Edit";
        share: "Ссылка", "Short URL";
        duplicate: "Дублировать", "Duplicate";
        export: "Экспорт", "Export";
        new_key: "Новая ссылка…", "New URL…";
        delete: "Удалить…", "Delete…";
        pages: "Страницы списка", "Pages of the list";
        earlier: "Назад", "Back";
        later: "Дальше", "Next";
    }
}
