//! Fills in the people that events name, after the commits that accept the events: the newest events first, then those
//! of an earlier version. The progress is stored, so that this continues after a restart.

use hookgram::{event::BookingEvent, person::Person};
use serde::Serialize;
use sqlx::FromRow;

use crate::store::{Maintenance, StoreError, events::payloads::unpack, queue::heads::json};

/// The maximum number of events of one step, and of bytes of their stored bodies. A single larger body is still read.
const EVENTS: i64 = 64;
const BYTES: i64 = 1 << 20;
/// The maximum number of people in one commit. They take about 500 rows in the tables' indexes. Other writers wait for
/// the commit.
const PEOPLE: usize = 128;
/// The maximum number of participants of one event. Accepted events have no more (contract §2), but refused ones may.
const PARTICIPANTS: usize = 1_000;

#[derive(FromRow)]
struct Progress {
    reached: i64,
    older: i64,
}

#[derive(FromRow)]
struct Body {
    id: i64,
    encoding: Option<String>,
    body: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct Row {
    event: i64,
    participant: usize,
    name: Option<String>,
    phone: Option<String>,
    words: Vec<String>,
}

/// The events that a step has examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// The newest events.
    New,
    /// Events of an earlier version.
    Older,
    /// None were left.
    Nothing,
}

impl Maintenance {
    /// Fills in the people of some events.
    ///
    /// # Errors
    ///
    /// Rows filled in before the error are kept, and the next step repeats the rest of this one.
    pub async fn fill_people(&self) -> Result<Filled, StoreError> {
        let progress: Progress =
            sqlx::query_as("SELECT reached, older FROM people_progress").fetch_one(&self.read).await?;
        let (mut bodies, mut filled) = (self.bodies(NEWER, progress.reached).await?, Filled::New);
        if bodies.is_empty() {
            if progress.older == 0 {
                return Ok(Filled::Nothing);
            }
            (bodies, filled) = (self.bodies(OLDER, progress.older).await?, Filled::Older);
        }
        let advance = if filled == Filled::New { ADVANCE } else { ADVANCE_OLDER };
        // Retention may have deleted the last ones, down to the event with the id 1.
        let place = bodies.last().map_or(1, |last| last.id);
        // Parsing an event of a megabyte takes milliseconds.
        let rows = tokio::task::spawn_blocking(move || bodies.into_iter().flat_map(people).collect::<Vec<_>>())
            .await
            .map_err(|_| StoreError::corrupt("payloads.body"))?;
        let mut pieces = rows.chunks(PEOPLE).peekable();
        loop {
            let piece = pieces.next().unwrap_or_default();
            let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
            if !piece.is_empty() {
                sqlx::query(PUT).bind(json(piece)).execute(&mut *tx).await?;
            }
            let is_last = pieces.peek().is_none();
            if is_last {
                sqlx::query(advance).bind(place).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            if is_last {
                return Ok(filled);
            }
        }
    }

    /// Completes when an event has been stored since the last call.
    pub async fn news(&self) {
        self.stored.notified().await;
    }

    async fn bodies(&self, statement: &'static str, place: i64) -> Result<Vec<Body>, StoreError> {
        Ok(sqlx::query_as(statement).bind(place).bind(EVENTS).bind(BYTES).fetch_all(&self.read).await?)
    }
}

macro_rules! bodies {
    ($which:literal, $order:literal) => {
        concat!(
            "SELECT id, p.encoding, p.body FROM (
                 SELECT id, own, sum(own) OVER (ORDER BY ",
            $order,
            ") AS total FROM (
                     SELECT e.id, coalesce((SELECT octet_length(b.body) FROM payloads b WHERE b.event_id = e.id), 0) AS own
                     FROM events e WHERE ",
            $which,
            " ORDER BY ",
            $order,
            " LIMIT ?2)) LEFT JOIN payloads p ON p.event_id = id
             WHERE total - own < ?3 ORDER BY ",
            $order
        )
    };
}

const NEWER: &str = bodies!("e.id > ?1", "id");
const OLDER: &str = bodies!("e.id <= ?1", "id DESC");
const ADVANCE: &str = "UPDATE people_progress SET reached = max(reached, ?1)";
const ADVANCE_OLDER: &str = "UPDATE people_progress SET older = min(older, ?1 - 1)";

/// SQL: inserts rows, but only for events whose body is still stored, because the person may have been erased after the
/// body was read.
pub(in crate::store) const PUT: &str = "INSERT INTO people (event_id, participant, name, phone, words)
    SELECT value ->> 'event', value ->> 'participant', value ->> 'name', value ->> 'phone', value -> 'words'
    FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM payloads WHERE event_id = value ->> 'event')
    ON CONFLICT DO NOTHING";

/// The people that a body names; none if the body was deleted or cannot be read.
fn people(Body { id, encoding, body }: Body) -> Vec<Row> {
    let body = encoding.zip(body).and_then(|(encoding, body)| unpack(&encoding, body).ok());
    let event = body.and_then(|body| BookingEvent::read(&body).ok()).unwrap_or_default();
    let row = |(participant, person): (usize, Person)| {
        let words = person.words();
        Row { event: id, participant, name: person.name, phone: person.phone, words }
    };
    let participants = event.participants.iter().take(PARTICIPANTS).enumerate();
    participants.filter_map(|(index, participant)| Some((index, Person::of(participant)?))).map(row).collect()
}

#[cfg(test)]
pub(in crate::store) use tests::rows_of;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// Returns the rows that a step would write for an event, as JSON.
    pub(in crate::store) async fn rows_of(store: &Store, event: i64) -> String {
        let bodies = store.maintenance.bodies(NEWER, event - 1).await.unwrap();
        json(&bodies.into_iter().take(1).flat_map(people).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn events_to_fill_in_are_read_along_their_ids() {
        let store = Store::in_memory().await.unwrap();
        for statement in [NEWER, OLDER] {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.db.read).await.unwrap();
            let is_good = |step: &str| !step.starts_with("SCAN ") || step.contains("subquery");
            assert!(plan.iter().all(|(_, _, _, step)| is_good(step)), "{plan:?}");
        }
    }
}
