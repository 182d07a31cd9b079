//! Texts of errors that belong to no field.

use crate::i18n::word_set;

word_set! {
    /// Errors that belong to no field.
    Errors {
        signed_out: "Сессия закончилась. Войдите в другой вкладке и вернитесь сюда: несохранённое пока на месте.", "Your session has ended. Sign in again in another tab and come back: what is not saved is still here.";
        forbidden: "Вашей роли это не разрешено. Попросите администратора.", "Your role may not do this. Ask an administrator.";
        not_found: "Этого профиля больше нет.", "This profile no longer exists.";
        internal: "На сервере что-то сломалось; подробности — в его журнале. Попробуйте ещё раз через минуту.", "Something broke on the server; its log has the details. Try again in a minute.";
        connection: "Сервер не ответил. Проверьте соединение и попробуйте ещё раз.", "The server did not answer. Check the connection and try again.";
        see_fields: "Не сохранено: исправьте отмеченные поля.", "Not saved: fix the marked fields.";
    }
}
