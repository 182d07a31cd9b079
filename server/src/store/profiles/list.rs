//! The list of profiles. The database searches, filters, sorts and paginates it, with a number of statements that does
//! not depend on the number of profiles and messages.

use std::collections::HashMap;

use hookgram::{
    channel::ChannelKind,
    delivery::{DeliveryState, FailureCause},
    profile_list::{Counts, Day, ListQuery, PAGE},
    webhook::EventOutcome,
};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Bot, Profiles, Reason, StoreError,
        bots::{BotRow, bot_columns, suspended::is_suspended},
        names::{ChannelCode, MaybeNamed, Named, quoted},
        profiles::folding::fold,
        queue::heads::json,
    },
    time::Millis,
};

const HOUR: Millis = 60 * 60 * 1000;
const WEEK: i64 = 7 * 24;

/// A profile in the list.
#[derive(Clone, Debug)]
pub struct ListedProfile {
    /// The profile's id.
    pub id: i64,
    /// The unique name.
    pub name: String,
    /// Whether the endpoint accepts events.
    pub enabled: bool,
    /// The channel of the messages.
    pub channel: ChannelKind,
    /// The current webhook key.
    pub key: String,
    /// The bot.
    pub bot: Option<Bot>,
    /// The last event.
    pub last: Option<ListedEvent>,
    /// The outcomes of the last 7 periods of 24 hours, oldest first.
    pub week: [Day; 7],
}

/// A profile's last event.
#[derive(Clone, Debug)]
pub struct ListedEvent {
    /// When the event was received.
    pub at: Millis,
    /// The outcome when it was received.
    pub outcome: EventOutcome,
    /// Why the event was rejected.
    pub reason: Option<Reason>,
    /// The distinct states of the event's deliveries; for a duplicate, those of the first copy's deliveries.
    pub states: Vec<ListedState>,
}

/// A state of some of an event's deliveries, with the cause of the newest of them.
#[derive(Clone, Debug)]
pub struct ListedState {
    /// The state.
    pub state: DeliveryState,
    /// The cause of the failure or suspension, if it is recorded.
    pub cause: Option<FailureCause>,
}

/// SQL: whether profile `p` is failing; `?4` is the first hour of the week.
macro_rules! failing {
    () => {
        concat!(
            "(p.sandbox = 0 AND EXISTS (SELECT 1 FROM bots b WHERE b.id = p.bot_id AND ",
            is_suspended!(),
            ") OR EXISTS (SELECT 1 FROM outcome_hours h WHERE h.profile_id = p.id AND h.hour >= ?4 AND h.failed > 0))"
        )
    };
}

macro_rules! unused {
    () => {
        "NOT EXISTS (SELECT 1 FROM events e WHERE e.profile_id = p.id)"
    };
}

/// SQL: whether profile `p` matches the search: `?1` in its name or field, `?2` in its bot's name, or `?3` as its
/// webhook key.
macro_rules! found {
    () => {
        "p.deleted_at IS NULL AND (?1 = '' OR instr(p.folded, ?1) > 0 OR (?2 <> '' AND p.sandbox = 0 AND EXISTS (
             SELECT 1 FROM bots b WHERE b.id = p.bot_id AND instr(lower(b.username), ?2) > 0))
          OR (?3 <> '' AND EXISTS (SELECT 1 FROM webhook_keys k WHERE k.key = ?3 AND k.profile_id = p.id)))"
    };
}

pub(in crate::store) const IDS: &str = concat!(
    "SELECT p.id FROM profiles p WHERE ",
    found!(),
    " AND CASE ?5 WHEN 'enabled' THEN p.enabled WHEN 'disabled' THEN NOT p.enabled WHEN 'failing' THEN ",
    failing!(),
    " WHEN 'unused' THEN ",
    unused!(),
    " ELSE 1 END ORDER BY CASE ?6
          WHEN 'last' THEN coalesce((SELECT max(e.received_at) FROM events e WHERE e.profile_id = p.id), -1)
          WHEN 'failures' THEN (SELECT total(h.failed) FROM outcome_hours h
              WHERE h.profile_id = p.id AND h.hour >= ?4 AND h.failed > 0) END DESC,
      p.folded, p.id LIMIT ?7 OFFSET ?8"
);

pub(in crate::store) const COUNTS: &str = concat!(
    "SELECT count(*) AS found, total(enabled) AS enabled, total(NOT enabled) AS disabled, total(failing) AS failing,
     total(unused) AS unused, (SELECT count(*) FROM profiles WHERE deleted_at IS NULL) AS everything
     FROM (SELECT p.enabled, ",
    failing!(),
    " AS failing, ",
    unused!(),
    " AS unused FROM profiles p WHERE ",
    found!(),
    ")"
);

pub(in crate::store) const ROWS: &str = "SELECT p.id, p.name, p.enabled, p.sandbox, p.bot_id AS bot, k.key,
     e.received_at, e.outcome, e.reason, coalesce(e.duplicate_of, e.id) AS event_id
     FROM json_each(?1) listed CROSS JOIN profiles p ON p.id = listed.value
     JOIN webhook_keys k ON k.profile_id = p.id AND k.retired_at IS NULL
     LEFT JOIN events e ON e.id = (
         SELECT id FROM events WHERE profile_id = p.id ORDER BY received_at DESC, id DESC LIMIT 1)
     ORDER BY listed.key";

pub(in crate::store) const BOTS: &str =
    concat!("SELECT ", bot_columns!(), " FROM json_each(?1) listed CROSS JOIN bots b ON b.id = listed.value");

pub(in crate::store) const STATES: &str = "SELECT d.event_id, d.state, d.cause, max(d.id) FROM json_each(?1) listed
     CROSS JOIN deliveries d ON d.event_id = listed.value
     WHERE NOT EXISTS (SELECT 1 FROM deliveries r WHERE r.replay_of = d.id) GROUP BY d.event_id, d.state";

pub(in crate::store) const WEEKS: &str =
    "SELECT h.profile_id, (?2 - h.hour) / 24 AS days_ago, sum(h.delivered) AS delivered,
     sum(h.failed) AS failed, sum(h.skipped) AS skipped
     FROM json_each(?1) listed CROSS JOIN outcome_hours h ON h.profile_id = listed.value
     WHERE h.hour >= ?3 AND h.hour <= ?2 GROUP BY h.profile_id, days_ago";

#[derive(FromRow)]
struct CountsRow {
    found: i64,
    enabled: f64,
    disabled: f64,
    failing: f64,
    unused: f64,
    everything: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    enabled: bool,
    #[sqlx(try_from = "ChannelCode", rename = "sandbox")]
    channel: ChannelKind,
    key: String,
    bot: Option<i64>,
    received_at: Option<Millis>,
    #[sqlx(try_from = "MaybeNamed<EventOutcome>")]
    outcome: Option<EventOutcome>,
    reason: Option<String>,
    event_id: Option<i64>,
}

#[derive(FromRow)]
struct StateRow {
    event_id: i64,
    #[sqlx(try_from = "Named<DeliveryState>")]
    state: DeliveryState,
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    cause: Option<FailureCause>,
}

#[derive(FromRow)]
struct DayRow {
    profile_id: i64,
    days_ago: i64,
    delivered: i64,
    failed: i64,
    skipped: i64,
}

struct Search {
    folded: String,
    bot: String,
    key: String,
}

impl Search {
    fn of(text: &str) -> Self {
        let folded = fold(text.trim());
        // A pasted profile URL finds its profile by the webhook key.
        let key = text.trim().rsplit_once("/h/").map_or("", |(_, key)| key);
        let key = key.split(['?', '/', '#']).next().unwrap_or_default().to_owned();
        Self { bot: folded.trim_start_matches('@').to_owned(), folded, key }
    }
}

impl Profiles {
    /// A page of the list. A page after the last one is empty.
    pub async fn page(&self, query: &ListQuery, now: Millis) -> Result<Vec<ListedProfile>, StoreError> {
        let mut reader = self.read.acquire().await?;
        let search = Search::of(&query.search);
        let ids: Vec<i64> = sqlx::query_scalar(IDS)
            .bind(&search.folded)
            .bind(&search.bot)
            .bind(&search.key)
            .bind(first_hour(now))
            .bind(query.show.name())
            .bind(query.sort.name())
            .bind(PAGE)
            .bind(i64::from(query.page.saturating_sub(1)) * i64::from(PAGE))
            .fetch_all(&mut *reader)
            .await?;
        self.rows(&mut reader, &ids, now).await
    }

    /// The number of matching profiles for each filter, and their total number.
    pub async fn counts(&self, search: &str, now: Millis) -> Result<(Counts, u32), StoreError> {
        let search = Search::of(search);
        let row: CountsRow = sqlx::query_as(COUNTS)
            .bind(&search.folded)
            .bind(&search.bot)
            .bind(&search.key)
            .bind(first_hour(now))
            .fetch_one(&self.read)
            .await?;
        let counts = [whole(row.found), rounded(row.enabled), rounded(row.disabled), rounded(row.failing)];
        let [found, enabled, disabled, failing] = counts;
        Ok(([found, enabled, disabled, failing, rounded(row.unused)], whole(row.everything)))
    }

    #[cfg(test)]
    pub(in crate::store) async fn listed_one(&self, id: i64, now: Millis) -> Result<Option<ListedProfile>, StoreError> {
        let mut reader = self.read.acquire().await?;
        Ok(self.rows(&mut reader, &[id], now).await?.pop())
    }

    async fn rows(
        &self,
        reader: &mut SqliteConnection,
        ids: &[i64],
        now: Millis,
    ) -> Result<Vec<ListedProfile>, StoreError> {
        let list = json(ids);
        let rows: Vec<Row> = sqlx::query_as(ROWS).bind(&list).fetch_all(&mut *reader).await?;
        let bots: Vec<i64> = rows.iter().filter_map(|row| row.bot).collect();
        let bots: Vec<BotRow> = sqlx::query_as(BOTS).bind(json(&bots)).fetch_all(&mut *reader).await?;
        let bots = bots.into_iter().map(|row| row.open(&self.sealer).0).map(|bot| (bot.id, bot));
        let bots: HashMap<i64, Bot> = bots.collect();
        let events: Vec<i64> = rows.iter().filter_map(|row| row.event_id).collect();
        let states: Vec<StateRow> = sqlx::query_as(STATES).bind(json(&events)).fetch_all(&mut *reader).await?;
        let days: Vec<DayRow> =
            sqlx::query_as(WEEKS).bind(&list).bind(now / HOUR).bind(first_hour(now)).fetch_all(&mut *reader).await?;
        let mut by_event: HashMap<i64, Vec<ListedState>> = HashMap::new();
        for row in states {
            by_event.entry(row.event_id).or_default().push(row.into());
        }
        let mut weeks: HashMap<i64, [Day; 7]> = HashMap::new();
        for row in days {
            let week = weeks.entry(row.profile_id).or_default();
            let at = usize::try_from(6 - row.days_ago).ok();
            if let Some(day) = at.and_then(|at| week.get_mut(at)) {
                *day = Day { delivered: whole(row.delivered), failed: whole(row.failed), skipped: whole(row.skipped) };
            }
        }
        Ok(rows
            .into_iter()
            .map(|row| {
                let states = row.event_id.and_then(|id| by_event.remove(&id)).unwrap_or_default();
                let week = weeks.remove(&row.id).unwrap_or_default();
                let bot = row.bot.and_then(|id| bots.get(&id)).cloned();
                listed(row, bot, states, week)
            })
            .collect())
    }
}

fn listed(row: Row, bot: Option<Bot>, states: Vec<ListedState>, week: [Day; 7]) -> ListedProfile {
    let last = match (row.received_at, row.outcome) {
        (Some(at), Some(outcome)) => {
            let reason = row.reason.as_deref().and_then(|reason| serde_json::from_str(reason).ok());
            Some(ListedEvent { at, outcome, reason, states })
        }
        _ => None,
    };
    ListedProfile {
        id: row.id,
        name: row.name,
        enabled: row.enabled,
        channel: row.channel,
        key: row.key,
        bot,
        last,
        week,
    }
}

impl From<StateRow> for ListedState {
    fn from(row: StateRow) -> Self {
        Self { state: row.state, cause: row.cause }
    }
}

/// The first hour of the 7 days that end now.
fn first_hour(now: Millis) -> i64 {
    now / HOUR - WEEK + 1
}

fn whole(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

/// SQLite's `total` returns a float, but 0 where `sum` returns NULL.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows, and `as` saturates")]
fn rounded(count: f64) -> u32 {
    count as u32
}
