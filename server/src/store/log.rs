//! The log: every delivery with its event, and every event that came to none, newest first, a page at a time. Each kind
//! of outcome is found through an index of its own, so that a page costs the same however much is stored.

mod search;

use std::cmp::Reverse;

use app::{
    views::{LogPlace, Outcome},
    words::causes::Cause,
};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use self::search::SEARCH_TIME;
use super::{Store, StoreError};
use crate::time::Millis;

/// Which rows of the log.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Of this profile only.
    pub profile: Option<i64>,
    /// Of this bot at the stateless door only.
    pub bot: Option<i64>,
    /// With this outcome only. [`Outcome::Waiting`] is what has not been tried, or is being sent; [`Outcome::Skipped`]
    /// an event that its profile does not want, or a participant who cannot be written to.
    pub outcome: Option<Outcome>,
    /// Failed for this cause only.
    pub cause: Option<Cause>,
    /// To this chat only.
    pub chat: Option<String>,
    /// About the booking with this number only.
    pub order: Option<String>,
    /// With this text in the message, the booking's number, the chat or the reason. A number is looked for among numbers
    /// and chats alone, and as a whole.
    pub text: Option<String>,
    /// Came then or later; a replay comes when it is asked for.
    pub since: Option<Millis>,
    /// Came before.
    pub until: Option<Millis>,
    /// Behind this place only.
    pub behind: Option<LogPlace>,
    /// No more than this.
    pub limit: i64,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Logged {
    /// The event's id.
    pub event: i64,
    /// Its public id.
    pub public_id: String,
    /// When it came.
    pub received_at: Millis,
    /// The booking's number.
    pub order_number: Option<String>,
    /// Its type.
    pub event_type: Option<i64>,
    /// Its profile.
    pub profile_id: Option<i64>,
    /// The profile's name; empty of one that has been deleted.
    pub profile: Option<String>,
    /// The number of the delivery's bot.
    pub bot_id: Option<i64>,
    /// The number of the bot whose token came with the event, at the stateless door.
    pub bot_of_event: Option<i64>,
    /// The contact field that should hold the recipient.
    pub field_name: Option<String>,
    /// `accepted`, `skipped`, `duplicate`, `rejected`.
    pub outcome: String,
    /// What the door answered.
    pub http_status: i64,
    /// Why, as JSON of a [`super::Reason`].
    pub reason: Option<String>,
    /// The first copy.
    pub duplicate_of: Option<i64>,
    /// Its public id.
    pub first_public_id: Option<String>,
    /// The delivery; `None`: the event came to none.
    pub delivery: Option<i64>,
    /// Its state's name.
    pub state: Option<String>,
    /// The chat.
    pub chat: Option<String>,
    /// Telegram's HTML of its parts, JSON.
    pub parts: Option<String>,
    /// How many of them have arrived.
    pub parts_sent: Option<i64>,
    /// How many attempts there were.
    pub attempts: Option<i64>,
    /// The name of what it failed for.
    pub cause: Option<String>,
    /// Telegram's last words.
    pub last_error: Option<String>,
    /// Whether an answer never came.
    pub unsure: Option<bool>,
    /// When it is tried next.
    pub next_attempt_at: Option<Millis>,
    /// When it came to its end.
    pub finished_at: Option<Millis>,
    /// The delivery that it replays.
    pub replay_of: Option<i64>,
    /// The delivery that replays it.
    pub replaced_by: Option<i64>,
}

const COLUMNS: &str = "SELECT e.id AS event, e.public_id, e.received_at, e.order_number, e.event_type, e.profile_id,
    iif(p.deleted_at IS NULL, p.name, '') AS profile, d.bot_id, e.bot_id AS bot_of_event, e.field_name, e.outcome, e.http_status, e.reason, e.duplicate_of,
    f.public_id AS first_public_id, d.id AS delivery, d.state, d.chat, d.parts, d.parts_sent, d.attempts, d.cause,
    d.last_error, d.unsure, d.next_attempt_at, d.finished_at, d.replay_of,
    (SELECT r.id FROM deliveries r WHERE r.replay_of = d.id) AS replaced_by FROM ";
const NAMES: &str = " LEFT JOIN profiles p ON p.id = e.profile_id LEFT JOIN events f ON f.id = e.duplicate_of WHERE ";

/// Along what the rows of a page are looked for, the newest first.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// The events: all, or those with a delivery that has arrived.
    Events { delivered: bool },
    /// The events of a bot at the stateless door.
    Bot,
    /// The events of a booking.
    Order,
    /// The deliveries to a chat.
    Chat,
    /// The deliveries that failed for a cause.
    Cause,
    /// The deliveries of this state that have come to their end unsent.
    Undelivered(&'static str),
    /// The same, of one profile.
    UndeliveredOf(&'static str),
    /// Those with something still to do.
    Open,
    /// Those that wait for a token.
    Parked,
    /// The events with this outcome that were not accepted.
    NotAccepted(&'static str),
}

impl Way {
    /// The ways that together lead to whatever the filter lets through; the narrowest there are.
    fn of(filter: &LogFilter) -> Vec<Self> {
        if filter.order.is_some() {
            return vec![Self::Order];
        }
        if filter.chat.is_some() {
            return vec![Self::Chat];
        }
        if filter.cause.is_some() {
            return vec![Self::Cause];
        }
        let undelivered =
            |state| if filter.profile.is_some() { Self::UndeliveredOf(state) } else { Self::Undelivered(state) };
        match filter.outcome {
            None | Some(Outcome::Delivered) if filter.bot.is_some() => vec![Self::Bot],
            None => vec![Self::Events { delivered: false }],
            Some(Outcome::Delivered) => vec![Self::Events { delivered: true }],
            Some(Outcome::Waiting | Outcome::Retrying) => vec![Self::Open],
            Some(Outcome::Parked) => vec![Self::Parked],
            Some(Outcome::Failed) => vec![undelivered("failed")],
            Some(Outcome::Uncertain) => vec![undelivered("uncertain")],
            Some(Outcome::Cancelled) => vec![undelivered("cancelled")],
            Some(Outcome::Rejected) => vec![Self::NotAccepted("rejected")],
            Some(Outcome::Duplicate) => vec![Self::NotAccepted("duplicate")],
            Some(Outcome::Skipped) => vec![Self::NotAccepted("skipped"), undelivered("skipped")],
        }
    }

    fn is_along_events(self) -> bool {
        matches!(self, Self::Events { .. } | Self::Bot | Self::Order | Self::NotAccepted(_))
    }

    /// What stands between the columns and the other conditions.
    fn lead(self, query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
        match self {
            // CROSS keeps the order of the loops: the other way round, all that have arrived would be sorted.
            Self::Events { delivered: true } => query.push("events e CROSS JOIN deliveries d ON d.event_id = e.id"),
            Self::Events { delivered: false } => query.push("events e LEFT JOIN deliveries d ON d.event_id = e.id"),
            Self::Bot => query.push("events e INDEXED BY events_of_bots LEFT JOIN deliveries d ON d.event_id = e.id"),
            Self::Order => {
                query.push("events e INDEXED BY events_by_order LEFT JOIN deliveries d ON d.event_id = e.id")
            }
            // A delivery that was made of it later is a row of its own.
            Self::NotAccepted(_) => query.push("events e LEFT JOIN deliveries d ON d.id = 0"),
            Self::Chat => query.push(DELIVERIES).push("deliveries_by_chat").push(THEIR_EVENTS),
            Self::Cause => query.push(DELIVERIES).push("deliveries_by_cause").push(THEIR_EVENTS),
            Self::Undelivered(_) => query.push(DELIVERIES).push("deliveries_undelivered").push(THEIR_EVENTS),
            Self::UndeliveredOf(_) => {
                query.push(DELIVERIES).push("deliveries_undelivered_by_profile").push(THEIR_EVENTS)
            }
            Self::Open => query.push(DELIVERIES).push("deliveries_lane").push(THEIR_EVENTS),
            Self::Parked => query.push(DELIVERIES).push("deliveries_parked").push(THEIR_EVENTS),
        };
        query.push(NAMES);
        match self {
            Self::Events { .. } => query.push("true"),
            Self::Bot => query.push("e.profile_id IS NULL"),
            Self::Order => query.push("e.order_number = ").push_bind(filter.order.clone()),
            Self::Chat => query.push("d.chat = ").push_bind(filter.chat.clone()),
            Self::Cause => query.push("d.cause = ").push_bind(filter.cause.map(Cause::name)),
            Self::NotAccepted(outcome) => query.push("e.outcome <> 'accepted' AND e.outcome = ").push_bind(outcome),
            Self::Undelivered(state) | Self::UndeliveredOf(state) => {
                query.push("d.state IN ('failed', 'uncertain', 'cancelled', 'skipped') AND d.state = ").push_bind(state)
            }
            Self::Open => query.push("d.finished_at IS NULL AND d.state <> 'parked'"),
            Self::Parked => query.push("d.state = 'parked'"),
        };
        if let Some(profile) = filter.profile {
            query.push(if self.is_along_events() { " AND e.profile_id = " } else { " AND d.profile_id = " });
            query.push_bind(profile);
        }
    }

    /// What is older than a place.
    fn behind(self, query: &mut QueryBuilder<Sqlite>, place: LogPlace) {
        match self {
            Self::Events { .. } | Self::Bot => {
                query.push(" AND (e.received_at, e.id) <= (").push_bind(place.at).push(", ").push_bind(place.event);
                query.push(") AND ((e.received_at, e.id) < (").push_bind(place.at).push(", ").push_bind(place.event);
                query.push(") OR coalesce(d.id, 0) < ").push_bind(place.delivery).push(")");
            }
            Self::NotAccepted(_) => {
                query.push(" AND e.id < ").push_bind(place.event);
            }
            // Among events without one; such deliveries are made with their event, in the same order.
            Self::Order | Self::Undelivered("skipped") | Self::UndeliveredOf("skipped") => {
                query.push(" AND e.id <= ").push_bind(place.event).push(" AND (e.id < ").push_bind(place.event);
                query.push(" OR coalesce(d.id, 0) < ").push_bind(place.delivery).push(")");
            }
            Self::Chat | Self::Cause | Self::Undelivered(_) | Self::UndeliveredOf(_) | Self::Open | Self::Parked => {
                query.push(" AND d.id < ").push_bind(place.delivery);
            }
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Events { .. } | Self::Bot => " ORDER BY e.received_at DESC, e.id DESC, d.id DESC",
            Self::Order => " ORDER BY e.id DESC, d.id DESC",
            Self::NotAccepted(_) => " ORDER BY e.id DESC",
            _ => " ORDER BY d.id DESC",
        }
    }
}

/// The least and the greatest id. Both asked of one row, SQLite would go through all of them.
const DELIVERY_IDS: &str =
    "SELECT coalesce((SELECT min(id) FROM deliveries), 0), coalesce((SELECT max(id) FROM deliveries), 0)";
const EVENT_IDS: &str = "SELECT coalesce((SELECT min(id) FROM events), 0), coalesce((SELECT max(id) FROM events), 0)";

const DELIVERIES: &str = "deliveries d INDEXED BY ";
const THEIR_EVENTS: &str = " CROSS JOIN events e ON e.id = d.event_id";

/// The first rows that were made within the filter's time: the ids of deliveries and of events grow with it.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    delivery: (Option<i64>, Option<i64>),
    event: (Option<i64>, Option<i64>),
}

fn statement(way: Way, filter: &LogFilter, bounds: Bounds) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    way.lead(&mut query, filter);
    if let Some(place) = filter.behind {
        way.behind(&mut query, place);
    }
    if matches!(way, Way::Events { .. } | Way::Bot) {
        time(&mut query, "e.received_at", (filter.since, filter.until));
    } else if way.is_along_events() {
        time(&mut query, "e.id", bounds.event);
        time(&mut query, "e.received_at", (filter.since, filter.until));
    } else {
        time(&mut query, "d.id", bounds.delivery);
    }
    narrow(&mut query, filter);
    query.push(way.order()).push(" LIMIT ").push_bind(filter.limit);
    query
}

fn time(query: &mut QueryBuilder<Sqlite>, column: &'static str, (since, until): (Option<i64>, Option<i64>)) {
    if let Some(since) = since {
        query.push(" AND ").push(column).push(" >= ").push_bind(since);
    }
    if let Some(until) = until {
        query.push(" AND ").push(column).push(" < ").push_bind(until);
    }
}

/// Whatever else the filter says.
fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
    if let Some(bot) = filter.bot {
        query.push(" AND e.profile_id IS NULL AND e.bot_id = ").push_bind(bot);
    }
    if let Some(cause) = filter.cause {
        query.push(" AND d.cause = ").push_bind(cause.name());
    }
    if let Some(chat) = &filter.chat {
        query.push(" AND d.chat = ").push_bind(chat.clone());
    }
    if let Some(order) = &filter.order {
        query.push(" AND e.order_number = ").push_bind(order.clone());
    }
    query.push(match filter.outcome {
        None => "",
        Some(Outcome::Delivered) => " AND d.state = 'delivered'",
        Some(Outcome::Waiting) => " AND d.state IN ('waiting', 'sending')",
        Some(Outcome::Retrying) => " AND d.state = 'retrying'",
        Some(Outcome::Parked) => " AND d.state = 'parked'",
        Some(Outcome::Failed) => " AND d.state = 'failed'",
        Some(Outcome::Uncertain) => " AND d.state = 'uncertain'",
        Some(Outcome::Cancelled) => " AND d.state = 'cancelled'",
        Some(Outcome::Rejected) => " AND d.id IS NULL AND e.outcome = 'rejected'",
        Some(Outcome::Duplicate) => " AND d.id IS NULL AND e.outcome = 'duplicate'",
        Some(Outcome::Skipped) => " AND (d.state = 'skipped' OR d.id IS NULL AND e.outcome = 'skipped')",
    });
}

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct LogRows {
    /// Newest first.
    pub rows: Vec<Logged>,
    /// Where a search for a text has come to when its time was over; it can go on behind it.
    pub searched_to: Option<LogPlace>,
}

impl Store {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn log(&self, filter: &LogFilter) -> Result<LogRows, StoreError> {
        let Some(text) = &filter.text else {
            return Ok(LogRows { rows: self.found(filter).await?, searched_to: None });
        };
        let number = text.trim_start_matches(['№', '#', ' ']);
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.search(filter, text, SEARCH_TIME).await;
        }
        let plain = LogFilter { text: None, ..filter.clone() };
        let mut rows = Vec::new();
        // The booking service writes numbers with their sign.
        for order in [number.to_owned(), format!("№{number}")] {
            rows.extend(self.found(&LogFilter { order: filter.order.clone().or(Some(order)), ..plain.clone() }).await?);
        }
        let chat = filter.chat.clone().or(Some(number.to_owned()));
        rows.extend(self.found(&LogFilter { chat, ..plain }).await?);
        Ok(LogRows { rows: newest(rows, filter.limit), searched_to: None })
    }

    async fn found(&self, filter: &LogFilter) -> Result<Vec<Logged>, StoreError> {
        let bounds = self.bounds(filter).await?;
        let ways = Way::of(filter);
        let mut rows: Vec<Logged> = Vec::new();
        for way in &ways {
            rows.extend(statement(*way, filter, bounds).build_query_as::<Logged>().fetch_all(&self.read).await?);
        }
        Ok(if ways.len() > 1 { newest(rows, filter.limit) } else { rows })
    }

    /// The row of one delivery.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn logged(&self, delivery: i64) -> Result<Option<Logged>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("deliveries d JOIN events e ON e.id = d.event_id").push(NAMES).push("d.id = ").push_bind(delivery);
        Ok(query.build_query_as().fetch_optional(&self.read).await?)
    }

    /// The rows of one event, by its public id: one a delivery in their order, or one of the event alone.
    ///
    /// # Errors
    /// If the database fails.
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

    /// The first event that came then or later.
    async fn first_event(&self, at: Millis) -> Result<Option<i64>, StoreError> {
        let first = "SELECT id FROM events WHERE received_at >= ?1 ORDER BY received_at, id LIMIT 1";
        Ok(sqlx::query_scalar(first).bind(at).fetch_optional(&self.read).await?)
    }

    /// The id from which on deliveries were made then or later: halving finds it in some twenty looks.
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

/// The newest of several ways, each once.
fn newest(mut rows: Vec<Logged>, limit: i64) -> Vec<Logged> {
    rows.sort_by_key(|row| Reverse((row.event, row.delivery)));
    rows.dedup_by_key(|row| (row.event, row.delivery));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no() -> LogFilter {
        LogFilter::default()
    }

    #[tokio::test]
    async fn a_page_is_found_along_an_index_and_nothing_that_is_stored_is_sorted() {
        let store = Store::in_memory().await.unwrap();
        let outcomes = [
            Outcome::Delivered,
            Outcome::Waiting,
            Outcome::Retrying,
            Outcome::Parked,
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
                LogFilter { cause: Some(Cause::Blocked), ..plain.clone() },
                LogFilter { chat: Some("1".into()), ..plain.clone() },
                LogFilter { order: Some("1".into()), ..plain.clone() },
                plain,
            ]
        });
        for filter in filters {
            for way in Way::of(&filter) {
                let bounds = Bounds { delivery: (Some(1), Some(9)), event: (Some(1), Some(9)) };
                let statement = statement(way, &filter, bounds);
                let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sql().as_str()));
                let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.read).await.unwrap();
                let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
                // What has something still to do is little, and is sorted.
                let open = matches!(way, Way::Open | Way::Parked);
                for step in &steps {
                    let whole = step.starts_with("SCAN") && !(open && step.contains("INDEX deliveries_"));
                    let sorted = step.contains("TEMP B-TREE FOR ORDER BY") && !open;
                    assert!(!whole && !sorted, "{way:?} {filter:?}: {steps:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn the_ends_are_found_without_going_through_what_is_between() {
        let store = Store::in_memory().await.unwrap();
        for statement in [DELIVERY_IDS, EVENT_IDS] {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.read).await.unwrap();
            assert!(
                plan.iter().all(|(_, _, _, step)| !step.starts_with("SCAN ") || step.contains("CONSTANT")),
                "{plan:?}"
            );
        }
    }
}
