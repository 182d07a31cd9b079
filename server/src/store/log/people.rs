//! Search for the people that events name. Each word of the query must be the beginning of one of the person's words,
//! which have an index. The search follows the word with the fewest entries. If even that word is frequent, the search
//! goes through the newest people instead, which soon fills a page.

use std::time::{Duration, Instant};

use hookgram::{log_query::LogPlace, person::PersonQuery};
use sqlx::{QueryBuilder, Sqlite};

use super::{AMONG_PEOPLE, FoundRows, LogFilter};
use crate::store::{
    Log, StoreError,
    log::plan::{COLUMNS, NAMES, narrow_events},
    queue::heads::json,
};

/// A word with more entries than this is frequent: sorting them would take longer than going through the newest people.
const MANY: i64 = 10_000;
/// The number of candidates between two checks of the clock: at first, and at most.
const STEP: i64 = 128;
const LONGEST_STEP: i64 = 1_024;
/// The number of people to go through for each candidate of a step.
const SPARSE: i64 = 16;

/// SQL: the number of entries for the words between two texts, up to `?3`.
const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM people_words WHERE word >= ?1 AND word < ?2 LIMIT ?3)";
/// SQL: the newest events for the words between two texts, newest first.
const RARE: &str = "SELECT event_id FROM people_words WHERE word >= ?1 AND word < ?2 AND event_id BETWEEN ?3 AND ?4
    ORDER BY event_id DESC LIMIT ?5";

impl Log {
    /// The newest rows of the people that the query finds within `allowed`.
    pub(in crate::store) async fn people(
        &self,
        filter: &LogFilter,
        person: &PersonQuery,
        allowed: Duration,
    ) -> Result<FoundRows, StoreError> {
        let begun = Instant::now();
        let bounds = self.bounds(filter).await?;
        let mut top = filter.behind.map_or(i64::MAX, |place| place.event);
        top = bounds.event.1.map_or(top, |until| top.min(until - 1));
        let bottom = bounds.event.0.unwrap_or(i64::MIN);
        let (count, lead) = self.rarest(person).await?;
        let is_frequent = count >= MANY;
        let (mut rows, mut left, mut step) = (Vec::new(), filter.limit, STEP);
        loop {
            let mut events: Vec<i64> = if is_frequent {
                let (reached, events): (Option<i64>, String) =
                    frequent(person, (bottom, top), step).build_query_as().fetch_one(&self.read).await?;
                let mut events: Vec<i64> =
                    serde_json::from_str(&events).map_err(|_| StoreError::corrupt("people.event_id"))?;
                // Some participants of the last event may be left, so it is a candidate again.
                events.extend(reached.filter(|_| i64::try_from(events.len()).is_ok_and(|count| count < step)));
                events
            } else {
                let rare = sqlx::query_scalar(RARE).bind(lead).bind(end(lead)).bind(bottom).bind(top).bind(step);
                rare.fetch_all(&self.read).await?
            };
            events.dedup();
            let Some(last) = events.last().copied() else { return Ok(FoundRows { rows, searched_to: None }) };
            let found = statement(filter, person, &events, left).build_query_as().fetch_all(&self.read).await?;
            left -= i64::try_from(found.len()).unwrap_or(left);
            rows.extend(found);
            if left <= 0 {
                return Ok(FoundRows { rows, searched_to: None });
            }
            if begun.elapsed() > allowed {
                let searched_to = Some(LogPlace { at: AMONG_PEOPLE, event: last, delivery: 0 });
                return Ok(FoundRows { rows, searched_to });
            }
            top = last - 1;
            step = (step * 4).min(LONGEST_STEP);
        }
    }

    /// The word of the query with the fewest entries, and their number, up to [`MANY`].
    async fn rarest<'a>(&self, person: &'a PersonQuery) -> Result<(i64, &'a str), StoreError> {
        let mut rarest = (MANY, "");
        for start in person.starts() {
            let count = sqlx::query_scalar(COUNT).bind(start).bind(end(start)).bind(MANY);
            let count: i64 = count.fetch_one(&self.read).await?;
            if count < rarest.0 {
                rarest = (count, start);
            }
        }
        Ok(rarest)
    }
}

/// The upper bound of the words that begin with this text.
fn end(start: &str) -> String {
    format!("{start}{}", char::MAX)
}

/// The query that goes through some people, newest first. It returns the event that it reaches and the events of those
/// people who have all words.
fn frequent(person: &PersonQuery, (bottom, top): (i64, i64), step: i64) -> QueryBuilder<Sqlite> {
    let mut query =
        QueryBuilder::new("WITH q AS MATERIALIZED (SELECT event_id, words FROM people WHERE event_id BETWEEN ");
    query.push_bind(bottom).push(" AND ").push_bind(top);
    query.push(" ORDER BY event_id DESC LIMIT ").push_bind(step * SPARSE);
    query.push(
        ") SELECT (SELECT min(event_id) FROM q), json_group_array(event_id) FROM (SELECT q.event_id FROM q WHERE true",
    );
    has_words(&mut query, "q", person);
    query.push(" ORDER BY q.event_id DESC LIMIT ").push_bind(step).push(")");
    query
}

/// Appends the condition that the row's person matches the query; for an event without deliveries, that any of its
/// participants does.
pub(in crate::store) fn is_found(query: &mut QueryBuilder<Sqlite>, person: &PersonQuery) {
    query.push("iif(d.id IS NULL, EXISTS (SELECT 1 FROM people q WHERE q.event_id = e.id");
    has_words(query, "q", person);
    query.push("), w.words IS NOT NULL");
    has_words(query, "w", person);
    query.push(")");
}

/// Appends the condition that a row of `people` has all words of the query.
pub(in crate::store) fn has_words(query: &mut QueryBuilder<Sqlite>, table: &'static str, person: &PersonQuery) {
    for start in person.starts() {
        // Words are stored with a leading quotation mark and contain none.
        query.push(" AND instr(").push(table).push(".words, ").push_bind(format!("\"{start}")).push(") > 0");
    }
}

fn statement(filter: &LogFilter, person: &PersonQuery, events: &[i64], limit: i64) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push("json_each(").push_bind(json(events));
    query.push(") c CROSS JOIN events e ON e.id = c.value LEFT JOIN deliveries d ON d.event_id = e.id").push(NAMES);
    is_found(&mut query, person);
    narrow_events(&mut query, filter);
    query.push(" ORDER BY e.id DESC, d.id DESC LIMIT ").push_bind(limit);
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn a_search_for_a_person_uses_an_index() {
        let store = Store::in_memory().await.unwrap();
        let person = PersonQuery::parse("Анна 1234").unwrap();
        let filter = LogFilter { profile: Some(1), since: Some(1), limit: 9, ..LogFilter::default() };
        let frequent = frequent(&person, (1, 9), 9);
        let statement = statement(&filter, &person, &[1], 9);
        for sql in [COUNT, RARE, frequent.sql().as_str(), statement.sql().as_str()] {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.db.read).await.unwrap();
            let steps: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
            for step in &steps {
                // There are few candidates: the ids of one step, or the result of a limited subquery.
                let is_bounded =
                    ["SCAN c ", "SCAN q", "SCAN (subquery", "SCAN CONSTANT"].iter().any(|of| step.starts_with(of));
                assert!(!step.starts_with("SCAN") || is_bounded, "{sql}: {steps:?}");
            }
        }
    }
}
