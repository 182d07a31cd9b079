//! The log: all deliveries with their events, and all events without deliveries, newest first, in pages. Each kind of
//! outcome has an index of its own, so that the cost of a page does not depend on the amount of stored data.

mod chart;
pub(in crate::store) mod health;
pub(in crate::store) mod last_event;
pub(in crate::store) mod people;
mod plan;
mod search;
pub(in crate::store) mod unreachable;

use std::{cmp::Reverse, time::Instant};

use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause, Outcome},
    log_query::LogPlace,
    person::PersonQuery,
    webhook::EventOutcome,
};
use sqlx::{FromRow, QueryBuilder};

use crate::{
    store::{
        Log, StoreError,
        log::{
            plan::{Bounds, COLUMNS, NAMES, QueryPlan, statement},
            search::SEARCH_TIME,
        },
        names::{MaybeChannelCode, MaybeNamed, Named},
    },
    time::Millis,
};

/// The filter and the position of a page of the log.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only rows of this profile.
    pub profile: Option<i64>,
    /// Only rows of this bot at the stateless endpoint.
    pub bot: Option<i64>,
    /// Only rows with this outcome. [`Outcome::Waiting`] means deliveries that have not been tried or are being sent.
    /// [`Outcome::Skipped`] means an event for which its profile sends no message, or a participant without a chat.
    pub outcome: Option<Outcome>,
    /// Only deliveries that failed for this cause.
    pub cause: Option<FailureCause>,
    /// Only deliveries to this chat.
    pub chat: Option<String>,
    /// Only the booking with this order number.
    pub order: Option<String>,
    /// Only rows with this text in the message, the order number, the chat or the reason, or about a person with this
    /// name. A number is compared only with whole order numbers, whole chat ids and the ends of phone numbers.
    pub text: Option<String>,
    /// Only rows from this time on. A replay counts from the time of its request.
    pub since: Option<Millis>,
    /// Only rows from before this time.
    pub until: Option<Millis>,
    /// Only rows older than this position.
    pub behind: Option<LogPlace>,
    /// The maximum number of rows.
    pub limit: i64,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Logged {
    /// The event's id.
    pub event: i64,
    /// The event's public id.
    pub public_id: String,
    /// When the event was received.
    pub received_at: Millis,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// The number of the event type.
    pub event_type: Option<i64>,
    /// The profile's id.
    pub profile_id: Option<i64>,
    /// The profile's name; empty if the profile was deleted.
    pub profile: Option<String>,
    /// Telegram's id of the delivery's bot.
    pub bot_id: Option<i64>,
    /// Telegram's id of the bot whose token came with the event to the stateless endpoint.
    pub bot_of_event: Option<i64>,
    /// The contact field that should contain the recipient.
    pub field_name: Option<String>,
    /// The outcome when the event was received.
    #[sqlx(try_from = "Named<EventOutcome>")]
    pub outcome: EventOutcome,
    /// The HTTP status of the endpoint's response.
    pub http_status: i64,
    /// The reason, as JSON of a [`super::Reason`].
    pub reason: Option<String>,
    /// For a duplicate, the first copy's id.
    pub duplicate_of: Option<i64>,
    /// The first copy's public id.
    pub first_public_id: Option<String>,
    /// The delivery's id, or `None` if the event has no delivery.
    pub delivery: Option<i64>,
    /// The delivery's state.
    #[sqlx(try_from = "MaybeNamed<DeliveryState>")]
    pub state: Option<DeliveryState>,
    /// The delivery's channel.
    #[sqlx(try_from = "MaybeChannelCode", rename = "sandbox")]
    pub channel: Option<ChannelKind>,
    /// The delivery's chat.
    pub chat: Option<String>,
    /// The number of the message's parts; 0 if the message cannot be read.
    pub part_count: Option<i64>,
    /// The number of parts that have arrived.
    pub parts_sent: Option<i64>,
    /// The number of attempts.
    pub attempts: Option<i64>,
    /// The cause, if the delivery failed.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    pub cause: Option<FailureCause>,
    /// The error description in Telegram's last response.
    pub last_error: Option<String>,
    /// Whether an attempt got no response.
    pub unsure: Option<bool>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Millis>,
    /// When the delivery was finished.
    pub finished_at: Option<Millis>,
    /// The delivery that it replays.
    pub replay_of: Option<i64>,
    /// The delivery that replays it.
    pub replaced_by: Option<i64>,
    /// The public id of the event that replays this one.
    pub replayed_as: Option<String>,
    /// The public id of the event that this one replays.
    pub replayed_event: Option<String>,
    /// The first and the last name of the customer to whom the chat belongs; may be blank.
    pub customer: Option<String>,
    /// The participant's name in the event. It is filled in soon after the event is stored.
    pub person: Option<String>,
    /// The participant's phone in the event.
    pub phone: Option<String>,
}

impl Logged {
    fn place(&self) -> LogPlace {
        LogPlace { at: self.received_at, event: self.event, delivery: self.delivery.unwrap_or_default() }
    }
}

/// The values of [`LogPlace::at`] for a position in a text search: among the matching people, or among the matching
/// texts that follow them.
const AMONG_PEOPLE: Millis = 1;
const AMONG_TEXTS: Millis = 0;

/// SQL: the lowest and the highest id, as two subqueries. With both in one SELECT, SQLite would scan the table.
const DELIVERY_IDS: &str =
    "SELECT coalesce((SELECT min(id) FROM deliveries), 0), coalesce((SELECT max(id) FROM deliveries), 0)";
const EVENT_IDS: &str = "SELECT coalesce((SELECT min(id) FROM events), 0), coalesce((SELECT max(id) FROM events), 0)";

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct LogRows {
    /// The rows, newest first.
    pub rows: Vec<Logged>,
    /// The position after which the next page begins, or `None` on the last page.
    pub next: Option<LogPlace>,
    /// Whether a search was stopped by its time limit before the page was full.
    pub unfinished: bool,
}

/// The rows found by a search. There may be one more than the page shows, which indicates that there is a next page.
pub(in crate::store) struct FoundRows {
    pub(in crate::store) rows: Vec<Logged>,
    /// The position that the search had reached at its time limit. It can be continued from there.
    pub(in crate::store) searched_to: Option<LogPlace>,
}

impl FoundRows {
    /// Makes a page from these rows. `place` converts a position into the one in the URL of the next page.
    fn page(self, limit: i64, place: impl Fn(LogPlace) -> LogPlace) -> LogRows {
        let Self { mut rows, searched_to } = self;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more { rows.last().map(Logged::place) } else { searched_to };
        LogRows { rows, next: next.map(place), unfinished: !has_more && searched_to.is_some() }
    }
}

impl Log {
    /// A page of the log, newest first.
    pub async fn page(&self, filter: &LogFilter) -> Result<LogRows, StoreError> {
        // One row more than a page shows indicates whether there is a next page.
        let one_more = LogFilter { limit: filter.limit.saturating_add(1), ..filter.clone() };
        let Some(text) = &filter.text else {
            let rows = self.found(&one_more).await?;
            return Ok(FoundRows { rows, searched_to: None }.page(filter.limit, |place| place));
        };
        let number = text.trim_start_matches(['№', '#', ' ']);
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.named_or_worded(filter, text).await;
        }
        let plain = LogFilter { text: None, ..one_more };
        let mut rows = Vec::new();
        // The booking service may write the number with its № sign.
        for order in [number.to_owned(), format!("№{number}")] {
            rows.extend(self.found(&LogFilter { order: filter.order.clone().or(Some(order)), ..plain.clone() }).await?);
        }
        let chat = filter.chat.clone().or(Some(number.to_owned()));
        rows.extend(self.found(&LogFilter { chat, ..plain.clone() }).await?);
        let mut searched_to = None;
        if let Some(query) = PersonQuery::parse(text).filter(|_| number == text) {
            let people = self.people(&plain, &query, SEARCH_TIME).await?;
            rows.extend(people.rows);
            // Older rows would appear again on the next page.
            rows.retain(|row| people.searched_to.is_none_or(|place| row.event >= place.event));
            searched_to = people.searched_to;
        }
        Ok(FoundRows { rows: newest(rows, plain.limit), searched_to }.page(filter.limit, |place| place))
    }

    /// Returns first the rows of people with this name, found along their index, and then the other rows with this
    /// text.
    async fn named_or_worded(&self, filter: &LogFilter, text: &str) -> Result<LogRows, StoreError> {
        let begun = Instant::now();
        let query = PersonQuery::parse(text);
        let mut page = LogRows::default();
        let mut behind = filter.behind;
        if let Some(query) = query.as_ref().filter(|_| behind.is_none_or(|place| place.at == AMONG_PEOPLE)) {
            let one_more = LogFilter { limit: filter.limit.saturating_add(1), ..filter.clone() };
            let found = self.people(&one_more, query, SEARCH_TIME).await?;
            page = found.page(filter.limit, |place| LogPlace { at: AMONG_PEOPLE, ..place });
            if page.next.is_some() {
                return Ok(page);
            }
            behind = None;
        }
        let left = filter.limit - i64::try_from(page.rows.len()).unwrap_or(filter.limit);
        let allowed = SEARCH_TIME.saturating_sub(begun.elapsed());
        let others = LogFilter { behind, limit: left.saturating_add(1), ..filter.clone() };
        let found = self.search(&others, text, query.as_ref(), allowed).await?;
        let has_others = !found.rows.is_empty();
        let others = found.page(left, |place| LogPlace { at: AMONG_TEXTS, ..place });
        // If the people fill the page, the next page begins with the newest text.
        let first = LogPlace { at: AMONG_TEXTS, event: i64::MAX, delivery: 0 };
        page.next = if left == 0 && has_others { Some(first) } else { others.next };
        page.unfinished = others.unfinished;
        page.rows.extend(others.rows);
        page.rows = newest(page.rows, filter.limit);
        Ok(page)
    }

    async fn found(&self, filter: &LogFilter) -> Result<Vec<Logged>, StoreError> {
        let bounds = self.bounds(filter).await?;
        let ways = QueryPlan::of(filter);
        let mut rows: Vec<Logged> = Vec::new();
        for way in &ways {
            rows.extend(statement(*way, filter, bounds).build_query_as::<Logged>().fetch_all(&self.read).await?);
        }
        Ok(if ways.len() > 1 { newest(rows, filter.limit) } else { rows })
    }

    /// The row of one delivery.
    pub async fn logged(&self, delivery: i64) -> Result<Option<Logged>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("deliveries d JOIN events e ON e.id = d.event_id").push(NAMES).push("d.id = ").push_bind(delivery);
        Ok(query.build_query_as().fetch_optional(&self.read).await?)
    }

    /// The row of an event without deliveries.
    pub async fn logged_refusal(&self, event: i64) -> Result<Option<Logged>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("events e LEFT JOIN deliveries d ON d.id = 0").push(NAMES).push("e.id = ").push_bind(event);
        Ok(query.build_query_as().fetch_optional(&self.read).await?)
    }

    /// The rows of the event with this public id: one for each delivery in their order, or one if it has none.
    pub async fn logged_event(&self, public_id: &str) -> Result<Vec<Logged>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("events e LEFT JOIN deliveries d ON d.event_id = e.id").push(NAMES).push("e.public_id = ");
        query.push_bind(public_id.to_owned()).push(" ORDER BY d.id");
        Ok(query.build_query_as().fetch_all(&self.read).await?)
    }

    async fn bounds(&self, filter: &LogFilter) -> Result<Bounds, StoreError> {
        let mut bounds = Bounds::default();
        if let Some(since) = filter.since {
            bounds.delivery.0 = Some(self.first_delivery(since).await?);
            bounds.event.0 = self.first_event(since).await?;
        }
        if let Some(until) = filter.until {
            bounds.delivery.1 = Some(self.first_delivery(until).await?);
            bounds.event.1 = self.first_event(until).await?;
        }
        Ok(bounds)
    }

    async fn first_event(&self, at: Millis) -> Result<Option<i64>, StoreError> {
        let first = "SELECT id FROM events WHERE received_at >= ?1 ORDER BY received_at, id LIMIT 1";
        Ok(sqlx::query_scalar(first).bind(at).fetch_optional(&self.read).await?)
    }

    /// The lowest delivery id from which on all deliveries were created at this time or later. A binary search needs
    /// about twenty queries.
    pub(in crate::store) async fn first_delivery(&self, at: Millis) -> Result<i64, StoreError> {
        let (mut low, mut high): (i64, i64) = sqlx::query_as(DELIVERY_IDS).fetch_one(&self.read).await?;
        high += 1;
        while low < high {
            let middle = low + (high - low) / 2;
            let next = "SELECT id, created_at FROM deliveries WHERE id >= ?1 ORDER BY id LIMIT 1";
            match sqlx::query_as::<_, (i64, Millis)>(next).bind(middle).fetch_optional(&self.read).await? {
                Some((id, created_at)) if created_at < at => low = id + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }
}

/// Merges the rows of several query plans. Keeps the newest, without duplicates.
fn newest(mut rows: Vec<Logged>, limit: i64) -> Vec<Logged> {
    rows.sort_by_key(|row| Reverse((row.event, row.delivery)));
    rows.dedup_by_key(|row| (row.event, row.delivery));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn no() -> LogFilter {
        LogFilter::default()
    }

    #[tokio::test]
    async fn a_page_of_the_log_uses_an_index_and_does_not_sort_stored_rows() {
        let store = Store::in_memory().await.unwrap();
        let outcomes = [
            Outcome::Delivered,
            Outcome::Waiting,
            Outcome::Retrying,
            Outcome::Suspended,
            Outcome::Failed,
            Outcome::Uncertain,
            Outcome::Cancelled,
            Outcome::Rejected,
            Outcome::Duplicate,
            Outcome::Skipped,
        ];
        let place = LogPlace { at: 9, event: 9, delivery: 9 };
        let filters = outcomes.map(Some).into_iter().chain([None]).flat_map(|outcome| {
            let plain = LogFilter { outcome, behind: Some(place), since: Some(1), until: Some(9), limit: 9, ..no() };
            [
                LogFilter { profile: Some(1), ..plain.clone() },
                LogFilter { bot: Some(1), ..plain.clone() },
                LogFilter { cause: Some(FailureCause::Blocked), ..plain.clone() },
                LogFilter { chat: Some("1".into()), ..plain.clone() },
                LogFilter { order: Some("1".into()), ..plain.clone() },
                plain,
            ]
        });
        for filter in filters {
            for way in QueryPlan::of(&filter) {
                let bounds = Bounds { delivery: (Some(1), Some(9)), event: (Some(1), Some(9)) };
                let statement = statement(way, &filter, bounds);
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql().as_str()));
                let plan: Vec<(i64, i64, i64, String)> =
                    sqlx::query_as(explain).fetch_all(&store.db.read).await.unwrap();
                let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
                // Unfinished deliveries are few, so they may be sorted.
                let open = matches!(way, QueryPlan::Open | QueryPlan::Suspended);
                for step in &steps {
                    let whole = step.starts_with("SCAN") && !(open && step.contains("INDEX deliveries_"));
                    let sorted = step.contains("TEMP B-TREE FOR ORDER BY") && !open;
                    assert!(!whole && !sorted, "{way:?} {filter:?}: {steps:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn the_first_and_last_id_are_found_without_a_scan() {
        let store = Store::in_memory().await.unwrap();
        for statement in [DELIVERY_IDS, EVENT_IDS] {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.db.read).await.unwrap();
            assert!(
                plan.iter().all(|(_, _, _, step)| !step.starts_with("SCAN ") || step.contains("CONSTANT")),
                "{plan:?}"
            );
        }
    }
}
