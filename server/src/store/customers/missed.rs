//! Messages that could not be delivered before a customer pressed Start.

use crate::{
    store::{
        Customers, StoreError,
        names::quoted,
        queue::replays::{Ask, Wish, fulfil_all},
    },
    time::Millis,
};

/// The maximum age of such a failure, in milliseconds.
const YOUNG: Millis = 24 * 60 * 60 * 1000;

/// SQL: the messages that customer `?2` of bot `?1` has missed. For each booking that has not begun and was not
/// cancelled, this is the newest message, if it failed since `?4` because the customer had not started the bot or had
/// blocked it. `?3` is the customer's chat as text.
pub(in crate::store) const MISSED: &str = concat!(
    "SELECT d.id FROM deliveries d INDEXED BY deliveries_by_chat JOIN events e ON e.id = d.event_id
     JOIN bookings b ON b.bot_id = ?1 AND b.customer_id = ?2 AND b.case_id = e.case_id
     WHERE d.chat = ?3 AND d.bot_id = ?1 AND d.state = ",
    quoted!(DeliveryState::Failed),
    " AND d.cause IN (",
    quoted!(FailureCause::NeverStarted),
    ", ",
    quoted!(FailureCause::Blocked),
    ") AND d.finished_at >= ?4 AND NOT b.cancelled AND (b.starts_at IS NULL OR b.starts_at > ?5)
     AND NOT EXISTS (SELECT 1 FROM deliveries newer INDEXED BY deliveries_by_chat
         JOIN events other ON other.id = newer.event_id
         WHERE newer.chat = d.chat AND newer.bot_id = d.bot_id AND newer.id > d.id AND other.case_id = e.case_id)
     ORDER BY d.id"
);

impl Customers {
    /// Sends the messages that a customer has missed because they had not pressed Start. Returns their number.
    pub async fn deliver_missed(&self, bot: i64, customer: i64, now: Millis) -> Result<usize, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let missed: Vec<i64> = sqlx::query_scalar(MISSED)
            .bind(bot)
            .bind(customer)
            .bind(customer.to_string())
            .bind(now.saturating_sub(YOUNG))
            .bind(now)
            .fetch_all(&mut *tx)
            .await?;
        if missed.is_empty() {
            return Ok(0);
        }
        let wishes: Vec<Wish> = missed.into_iter().map(Wish::AsItWas).collect();
        let handled = fulfil_all(&mut tx, &wishes, Ask::Undelivered, now).await?.unwrap_or_default();
        tx.commit().await?;
        Ok(handled.iter().filter(|one| one.done.is_ok()).count())
    }
}
