//! Texts of outcomes.

use crate::i18n::word_set;

word_set! {
    /// The outcome of an event.
    Outcomes {
        delivered: "Доставлено", "Delivered";
        waiting: "В очереди", "Queued";
        retrying: "Повторяем", "Retrying";
        suspended: "Ждёт нового токена", "Waiting for a new token";
        failed: "Не доставлено", "Failed";
        rejected: "Отклонено", "Rejected";
        skipped: "Пропущено", "Skipped";
        uncertain: "Неясно, дошло ли", "May have arrived";
        cancelled: "Отменено", "Cancelled";
        duplicate: "Дубликат", "Duplicate";
    }
}
