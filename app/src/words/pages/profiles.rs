//! The list of profiles.

use crate::words::word_set;

word_set! {
    /// The list of profiles.
    ProfilesWords {
        title: "Профили", "Profiles";
        new: "Новый профиль", "New profile";
        empty_title: "Здесь появятся ваши профили", "Your profiles will appear here";
        empty_why: "Профиль — это бот, текст и настройки сообщения. Вы получите короткую ссылку и вставите её в сервис записи.", "A profile is a bot, a text and how the message looks. You get a short URL and paste it into the booking service.";
        empty_action: "Создать первый профиль", "Create the first profile";
        name: "Профиль", "Profile";
        target: "Куда", "Where to";
        short_url: "Короткая ссылка", "Short URL";
        enabled: "Включён", "Enabled";
        last: "Последнее событие", "Last event";
        sandbox: "Песочница", "Sandbox";
        unknown_bot: "бот ещё не проверен", "bot not yet verified";
        no_token: "нет токена", "no token";
        never: "событий не было", "no events yet";
        enable: "Включить", "Enable";
        disable: "Выключить", "Disable";
        is_enabled: "Включён: принимает события", "Enabled: accepts events";
        is_disabled: "Выключен: события не принимает", "Disabled: accepts no events";
        copy_for: "Копировать ссылку профиля", "Copy the short URL of";
        list: "Список профилей", "List of profiles";
    }
}
