//! Data about customers for pages: a page of the list, and one person with their bots and bookings.

use hookgram::{
    audit::AuditAction,
    delivery::{DeliveryState, FailureCause},
    message::{Part, StoredMessage},
};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::BookingRow;
use crate::{
    store::{
        Customers, StoreError,
        audit::{By, Entry},
        customers::stops::Stop,
        events::messages::parts_of,
        names::{MaybeNamed, Named},
        profiles::folding::fold,
        queue::heads::json,
    },
    time::Millis,
};

/// The maximum number of words of a search that are used.
const MOST_WORDS: usize = 8;

/// The filter and the position of a page of the list.
#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    /// Only customers whose names and username contain each word of this text, or whose id it is.
    pub text: Option<String>,
    /// Only customers of this bot, sorted by when they last pressed Start. Without it, all customers, sorted by the
    /// last contact.
    pub bot: Option<i64>,
    /// Only rows whose [`CustomerRow::place`] is this time or an earlier one, skipping this number of rows with exactly
    /// this time. The number distinguishes rows with the same time, so that the page's URL contains no customer's id.
    pub behind: Option<(Millis, i64)>,
    /// The maximum number of rows.
    pub limit: i64,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CustomerRow {
    /// Telegram's id of the person, and of their private chat.
    pub id: i64,
    /// The first name.
    pub first_name: String,
    /// The last name; empty if there is none.
    pub last_name: String,
    /// The `@name` without the `@`; empty if there is none.
    pub username: String,
    /// The language that Telegram reports; empty if it reports none.
    pub language: String,
    /// The first contact.
    pub first_at: Millis,
    /// The last contact: an update from the customer, or a booking.
    pub last_at: Millis,
    /// The time by which the list is sorted.
    pub place: Millis,
}

/// A customer's relation to a bot that they have written to or blocked.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Subscription {
    /// The customer.
    pub customer: i64,
    /// Telegram's id of the bot.
    pub bot: i64,
    /// The bot's `@name` without the `@`; empty if it is unknown, `None` if the bot was removed.
    pub username: Option<String>,
    /// When they last pressed Start.
    pub started_at: Option<Millis>,
    /// When they blocked the bot, as far as Telegram has reported it.
    pub blocked_at: Option<Millis>,
    /// Why the last message did not arrive, if Telegram said that the bot cannot write to them.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    pub cause: Option<FailureCause>,
    /// Whether they said `/stop`; `None` if the key of the hashes cannot be decrypted.
    #[sqlx(skip)]
    pub stopped: Option<bool>,
}

/// A booking and its customer.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CustomerBooking {
    /// The customer.
    pub customer: i64,
    /// Telegram's id of the bot.
    pub bot: i64,
    /// When the newest event about it was received.
    pub told_at: Millis,
    /// The booking.
    #[sqlx(flatten)]
    pub booking: BookingRow,
}

/// A delivery to a customer, with its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerDelivery {
    /// The delivery's id.
    pub id: i64,
    /// The public id of the event.
    pub event: String,
    /// When the event was received.
    pub received_at: Millis,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// The name of the profile, if it still exists.
    pub profile: Option<String>,
    /// Telegram's id of the bot; `None` for the sandbox.
    pub bot: Option<i64>,
    /// The delivery's state.
    pub state: DeliveryState,
    /// The cause, if it failed.
    pub cause: Option<FailureCause>,
    /// When the delivery was finished.
    pub finished_at: Option<Millis>,
    /// The texts of the message's parts.
    pub texts: Vec<String>,
}

#[derive(FromRow)]
struct DeliveryRow {
    id: i64,
    event: String,
    received_at: Millis,
    order_number: Option<String>,
    profile: Option<String>,
    bot: Option<i64>,
    #[sqlx(try_from = "Named<DeliveryState>")]
    state: DeliveryState,
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    cause: Option<FailureCause>,
    finished_at: Option<Millis>,
    parts: Option<String>,
}

impl From<DeliveryRow> for CustomerDelivery {
    fn from(row: DeliveryRow) -> Self {
        let parts = row.parts.and_then(|stored| StoredMessage::from_stored(stored).parts().ok()).unwrap_or_default();
        Self {
            id: row.id,
            event: row.event,
            received_at: row.received_at,
            order_number: row.order_number,
            profile: row.profile,
            bot: row.bot,
            state: row.state,
            cause: row.cause,
            finished_at: row.finished_at,
            texts: parts.iter().map(Part::text).collect(),
        }
    }
}

/// SQL: the columns of a [`CustomerRow`], except `place`.
macro_rules! columns {
    () => {
        "SELECT c.id, c.first_name, c.last_name, c.username, c.language, c.first_at, c.last_at, "
    };
}

/// SQL: the columns of a [`CustomerBooking`], except `told_at`.
macro_rules! booking_columns {
    () => {
        "SELECT b.customer_id AS customer, b.bot_id AS bot, b.case_id, b.starts_at, b.service, b.number, b.link,
         b.cancelled, "
    };
}

const ONE: &str = concat!(columns!(), "c.last_at AS place FROM customers c WHERE c.id = ?1");

const SUBSCRIPTIONS: &str = "SELECT s.customer_id AS customer, s.bot_id AS bot, b.username, s.started_at, s.blocked_at,
    u.cause FROM json_each(?1) l CROSS JOIN subscriptions s ON s.customer_id = l.value
    LEFT JOIN bots b ON b.id = s.bot_id
    LEFT JOIN unreachable u ON u.bot_id = s.bot_id AND u.chat = CAST(s.customer_id AS TEXT)
    ORDER BY s.customer_id, s.bot_id";

/// SQL: for each customer, the booking with the newest event. SQLite takes the other columns from the row of the
/// maximum.
const NEWEST_BOOKINGS: &str = concat!(
    booking_columns!(),
    "max(b.told_at) AS told_at FROM json_each(?1) l CROSS JOIN bookings b ON b.customer_id = l.value
     GROUP BY b.customer_id"
);

const ALL_BOOKINGS: &str = concat!(
    booking_columns!(),
    "b.told_at FROM bookings b WHERE b.customer_id = ?1 ORDER BY b.starts_at IS NULL, b.starts_at, b.told_at DESC"
);

const DELIVERIES: &str = concat!(
    "SELECT d.id, e.public_id AS event, e.received_at, e.order_number, p.name AS profile, d.bot_id AS bot, d.state,
     d.cause, d.finished_at, ",
    parts_of!("d"),
    " AS parts FROM deliveries d INDEXED BY deliveries_by_chat CROSS JOIN events e ON e.id = d.event_id
     LEFT JOIN profiles p ON p.id = e.profile_id AND p.deleted_at IS NULL
     WHERE d.chat = ?1 AND d.id > ?2 ORDER BY d.id LIMIT ?3"
);

const BOTS: &str = "SELECT b.id, b.username FROM bots b
    WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.bot_id = b.id) ORDER BY b.username, b.id";

impl Customers {
    /// A page of the list, newest first.
    pub async fn page(&self, filter: &CustomerFilter) -> Result<Vec<CustomerRow>, StoreError> {
        Ok(statement(filter).build_query_as().fetch_all(&self.read).await?)
    }

    /// One customer.
    pub async fn get(&self, id: i64) -> Result<Option<CustomerRow>, StoreError> {
        Ok(sqlx::query_as(ONE).bind(id).fetch_optional(&self.read).await?)
    }

    /// The bots of these customers, with the data about whether each may write to them.
    pub async fn subscriptions(&self, customers: &[i64]) -> Result<Vec<Subscription>, StoreError> {
        let mut rows: Vec<Subscription> =
            sqlx::query_as(SUBSCRIPTIONS).bind(json(customers)).fetch_all(&self.read).await?;
        let stops: Vec<Stop> = rows.iter().map(|row| Stop { bot: row.bot, customer: row.customer }).collect();
        for (row, stopped) in rows.iter_mut().zip(self.stopped(&stops).await?) {
            row.stopped = stopped;
        }
        Ok(rows)
    }

    /// For each of these customers, the booking with the newest event.
    pub async fn newest_bookings(&self, customers: &[i64]) -> Result<Vec<CustomerBooking>, StoreError> {
        Ok(sqlx::query_as(NEWEST_BOOKINGS).bind(json(customers)).fetch_all(&self.read).await?)
    }

    /// All stored bookings of a customer, earliest first; orders last.
    pub async fn all_bookings(&self, customer: i64) -> Result<Vec<CustomerBooking>, StoreError> {
        Ok(sqlx::query_as(ALL_BOOKINGS).bind(customer).fetch_all(&self.read).await?)
    }

    /// Deliveries to a customer with a higher id than `after`, ordered by id.
    pub async fn deliveries(&self, customer: i64, after: i64, limit: i64) -> Result<Vec<CustomerDelivery>, StoreError> {
        let rows = sqlx::query_as(DELIVERIES).bind(customer.to_string()).bind(after).bind(limit);
        let rows: Vec<DeliveryRow> = rows.fetch_all(&self.read).await?;
        Ok(rows.into_iter().map(CustomerDelivery::from).collect())
    }

    /// The ids and usernames of the bots that have customers.
    pub async fn bots(&self) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(sqlx::query_as(BOTS).fetch_all(&self.read).await?)
    }

    /// Records that all data about a customer was exported.
    pub async fn note_export(&self, customer: i64, by: &By) -> Result<(), StoreError> {
        self.note(&Entry::new(by, AuditAction::CustomerExported).to(&masked(customer), None)).await
    }
}

/// The name of a customer in the audit log, where it remains after the customer is erased.
pub(super) fn masked(customer: i64) -> String {
    let digits = customer.to_string();
    format!("…{}", digits.get(digits.len().saturating_sub(3)..).unwrap_or_default())
}

fn statement(filter: &CustomerFilter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(columns!());
    // The bound is always present, so that SQLite searches the index instead of scanning it.
    let (at, skipped) = filter.behind.unwrap_or((Millis::MAX, 0));
    let order = match filter.bot {
        None => {
            query.push("c.last_at AS place FROM customers c INDEXED BY customers_by_time WHERE c.last_at <= ");
            query.push_bind(at);
            " ORDER BY c.last_at DESC, c.id DESC"
        }
        Some(bot) => {
            query.push(
                "coalesce(s.started_at, 0) AS place FROM subscriptions s INDEXED BY subscriptions_by_start
                 CROSS JOIN customers c ON c.id = s.customer_id WHERE s.bot_id = ",
            );
            query.push_bind(bot).push(" AND coalesce(s.started_at, 0) <= ").push_bind(at);
            " ORDER BY coalesce(s.started_at, 0) DESC, s.customer_id DESC"
        }
    };
    if let Some(text) = &filter.text {
        query.push(" AND (true");
        for word in fold(text).split_whitespace().take(MOST_WORDS) {
            query.push(" AND instr(c.folded, ").push_bind(word.to_owned()).push(") > 0");
        }
        if let Ok(id) = text.trim().parse::<i64>() {
            query.push(" OR c.id = ").push_bind(id);
        }
        query.push(")");
    }
    query.push(order).push(" LIMIT ").push_bind(filter.limit).push(" OFFSET ").push_bind(skipped);
    query
}

#[cfg(test)]
pub(in crate::store) mod plans {
    use super::*;

    /// All statements that a page may run.
    pub(in crate::store) fn statements() -> Vec<String> {
        let texts = [None, Some("anna".to_owned()), Some("42".to_owned())];
        let filters = texts.into_iter().flat_map(|text| {
            [(None, None), (None, Some((9, 9))), (Some(1), None), (Some(1), Some((9, 9)))]
                .map(|(bot, behind)| CustomerFilter { text: text.clone(), bot, behind, limit: 9 })
        });
        let pages = filters.map(|filter| statement(&filter).sql().as_str().to_owned());
        pages.chain([ONE, SUBSCRIPTIONS, NEWEST_BOOKINGS, ALL_BOOKINGS, DELIVERIES].map(str::to_owned)).collect()
    }
}
