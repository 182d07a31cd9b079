//! The bookings of customers, as read from events.

use std::collections::HashSet;

use hookgram::{bot::SANDBOX_BOT, channel::ChannelKind};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::store::{AcceptedEvent, StoreError, queue::heads::json};

fn bot_of(event: &AcceptedEvent) -> Option<i64> {
    if event.channel == ChannelKind::Sandbox { Some(SANDBOX_BOT) } else { event.bot_id }
}

/// Stores the bookings at booking bots that accepted events name. The newest event about a booking wins.
pub(in crate::store) async fn put<'a>(
    tx: &mut SqliteConnection,
    events: impl Iterator<Item = &'a AcceptedEvent>,
) -> Result<(), StoreError> {
    let told: Vec<_> =
        events.filter_map(|event| Some((bot_of(event)?, event.received_at, event.booking.as_ref()?))).collect();
    if told.is_empty() {
        return Ok(());
    }
    let bots: Vec<i64> = told.iter().map(|(bot, ..)| *bot).collect();
    let with_booking: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT s.bot_id FROM json_each(?1) asked CROSS JOIN booking_bots s ON s.bot_id = asked.value
         WHERE s.enabled",
    )
    .bind(json(&bots))
    .fetch_all(&mut *tx)
    .await?;
    let with_booking: HashSet<i64> = with_booking.into_iter().collect();
    for (bot, at, booking) in told.into_iter().filter(|(bot, ..)| with_booking.contains(bot)) {
        let mut statement = QueryBuilder::<Sqlite>::new(
            "INSERT INTO bookings (bot_id, customer_id, case_id, starts_at, service, number, link, cancelled, told_at) ",
        );
        statement.push_values(&booking.customers, |mut row, customer| {
            row.push_bind(bot)
                .push_bind(customer)
                .push_bind(&booking.case_id)
                .push_bind(booking.starts_at)
                .push_bind(&booking.service)
                .push_bind(&booking.number)
                .push_bind(&booking.link)
                .push_bind(booking.cancelled)
                .push_bind(at);
        });
        statement.push(
            " ON CONFLICT (bot_id, customer_id, case_id) DO UPDATE SET starts_at = excluded.starts_at,
             service = coalesce(excluded.service, service), number = coalesce(excluded.number, number),
             link = excluded.link, cancelled = excluded.cancelled, told_at = excluded.told_at
             WHERE excluded.told_at >= told_at",
        );
        statement.build().persistent(false).execute(&mut *tx).await?;
        sqlx::query("UPDATE customers SET last_at = max(last_at, ?2) WHERE id IN (SELECT value FROM json_each(?1))")
            .bind(json(&booking.customers))
            .bind(at)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
