//! The messages that confirm an action on the next page.

use crate::i18n::word_set;

word_set! {
    /// Completed actions; `{}` is the object.
    Toasts {
        title: "Готово", "Done";
        close: "Закрыть", "Close";
        deleted: "Профиль «{}» удалён.", "Profile “{}” deleted.";
        copied: "Это копия профиля «{}»: у неё своя ссылка.", "This is a copy of the profile “{}”, with its own URL.";
        new_key: "У профиля «{}» новая ссылка. Вставьте её в сервис записи.", "The profile “{}” has a new URL. Paste it into the booking service.";
        disabled: "Профиль «{}» выключен: события не принимаются.", "Profile “{}” disabled: events are rejected.";
        enabled: "Профиль «{}» включён.", "Profile “{}” enabled.";
        refused_meanwhile: "Пока профиль был выключен, не приняты: {}.", "Rejected while it was disabled: {}.";
        undo: "Вернуть", "Undo";
        show: "Показать", "Show";
        bot_saved: "Токен сохранён.", "Token saved.";
        bot_removed: "Бот {} удалён.", "Bot {} removed.";
        booking_on: "Бот записи включён.", "The booking bot is on.";
        booking_off: "Бот записи выключен.", "The booking bot is off.";
        booking_taken_over: "Бот больше не подключён к другой программе.", "The bot is no longer connected to the other program.";
        imported: "Импортировано: {}.", "Imported: {}.";
        made: "Создано: {}.", "Created: {}.";
        stopped: "Сообщения этому клиенту остановлены.", "Messages to this customer are stopped.";
        erased: "Стёрто: {}.", "Erased: {}.";
        password: "Пароль изменён. Остальные сессии завершены.", "Password changed. Other sessions have ended.";
        pages: "Сохранено.", "Saved.";
        session: "Сессия завершена.", "Session ended.";
        sessions: "Остальные сессии завершены.", "All other sessions ended.";
        factor_off: "Второй шаг выключен.", "The second factor is off.";
        settings: "Настройки сохранены и уже действуют.", "Settings saved and applied.";
        role: "Роль изменена. Сессии этого человека завершены.", "Role changed. That person's sessions have ended.";
        removed: "Аккаунт удалён.", "Account removed.";
        revoked: "Приглашение отозвано.", "Invitation revoked.";
    }
}
