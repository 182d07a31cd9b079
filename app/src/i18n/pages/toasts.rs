//! The messages that confirm an action on the next page.

use crate::i18n::word_set;

word_set! {
    /// Completed actions; `{}` is the object.
    Toasts {
        title: "Готово", "Done";
        close: "Закрыть", "Close";
        deleted: "Профиль «{}» удалён.", "The profile “{}” is deleted.";
        copied: "Это копия профиля «{}»: у неё своя ссылка.", "This is a copy of the profile “{}”, with a URL of its own.";
        new_key: "У профиля «{}» новая ссылка. Вставьте её в сервис записи.", "The profile “{}” has a new URL. Paste it into the booking service.";
        disabled: "Профиль «{}» выключен: события не принимаются.", "The profile “{}” is disabled: events are refused.";
        enabled: "Профиль «{}» включён.", "The profile “{}” is enabled.";
        refused_meanwhile: "Раньше не приняты: {}.", "Refused before: {}.";
        undo: "Вернуть", "Undo";
        show: "Показать", "Show";
        bot_saved: "Токен сохранён.", "The token is saved.";
        bot_removed: "Бот {} удалён.", "The bot {} is removed.";
        booking_on: "Бот записи включён.", "The booking bot is on.";
        booking_off: "Бот записи выключен.", "The booking bot is off.";
        booking_taken_over: "Бот отключён от другой программы.", "The bot is disconnected from the other program.";
        imported: "Импортировано: {}.", "Imported: {}.";
        made: "Создано: {}.", "Made: {}.";
        stopped: "Сообщения остановлены.", "The messages are stopped.";
        erased: "Стёрто: {}.", "Erased: {}.";
        password: "Пароль изменён. Остальные сессии завершены.", "The password is changed. Other sessions have ended.";
        pages: "Сохранено.", "Saved.";
        session: "Сессия завершена.", "The session has ended.";
        sessions: "Остальные сессии завершены.", "All other sessions have ended.";
        factor_off: "Второй шаг выключен.", "The second step is off.";
        settings: "Настройки сохранены и уже действуют.", "The settings are saved and hold already.";
        role: "Роль изменена. Сессии этого человека завершены.", "The role is changed. That person's sessions have ended.";
        removed: "Аккаунт удалён.", "The account is removed.";
        revoked: "Приглашение отозвано.", "The invitation is revoked.";
    }
}
