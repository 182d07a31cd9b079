//! Texts of errors that belong to no field.

use crate::i18n::word_set;

word_set! {
    /// Errors that belong to no field.
    Errors {
        signed_out: "Сессия закончилась. Войдите в другой вкладке и вернитесь сюда: несохранённое пока на месте.", "Your session has ended. Sign in again in another tab and come back: your unsaved changes are still here.";
        forbidden: "Вашей роли это не разрешено. Обратитесь к администратору.", "Your role does not allow this. Ask an admin.";
        not_found: "Этого профиля больше нет.", "This profile no longer exists.";
        no_bot: "Такого бота здесь нет: возможно, его удалили.", "There is no such bot: it may have been removed.";
        no_delivery: "Такой доставки нет: ссылка неверна или срок хранения истёк.", "There is no such delivery: the link is wrong, or it is past its retention period.";
        no_customer: "Такого клиента нет: возможно, его данные стёрты.", "There is no such customer: their data may have been erased.";
        no_account: "Такого пользователя нет: возможно, его удалили.", "There is no such user: the account may have been removed.";
        nothing_here: "Здесь ничего нет: ссылка неверна или устарела.", "There is nothing here: the link is wrong or outdated.";
        internal: "На сервере произошла ошибка; подробности — в его журнале. Попробуйте ещё раз через минуту.", "Something went wrong on the server; its log has the details. Try again in a minute.";
        connection: "Сервер не ответил. Проверьте соединение и попробуйте ещё раз.", "The server did not answer. Check the connection and try again.";
        see_fields: "Не сохранено: исправьте отмеченные поля.", "Not saved: fix the marked fields.";
    }
}
