//! Text search in sent messages. There is no full-text index, because it would be larger than all other data. The
//! newest rows are scanned first, within the time limit of a page, and a search can be continued where it stopped.

use std::time::{Duration, Instant};

use hookgram::{log_query::LogPlace, person::PersonQuery};
use sqlx::{QueryBuilder, Sqlite};

use super::{AMONG_TEXTS, EVENT_IDS, FoundRows, LogFilter, people::is_found};
use crate::store::{
    Log, StoreError,
    events::messages::parts_of,
    log::plan::{COLUMNS, NAMES, narrow_events},
};

/// The time limit of the search for one page.
pub(in crate::store) const SEARCH_TIME: Duration = Duration::from_millis(10);
/// The number of events scanned between two checks of the clock: at first, and at most.
const STEP: i64 = 100;
const LONGEST_STEP: i64 = 400;

impl Log {
    /// The newest rows with this text that are found within `allowed`, except those of the people that `query` finds.
    pub(in crate::store) async fn search(
        &self,
        filter: &LogFilter,
        text: &str,
        query: Option<&PersonQuery>,
        allowed: Duration,
    ) -> Result<FoundRows, StoreError> {
        let (first, last): (i64, i64) = sqlx::query_as(EVENT_IDS).fetch_one(&self.read).await?;
        let begun = Instant::now();
        let bounds = self.bounds(filter).await?;
        let mut top = filter.behind.map_or(last, |place| place.event.min(last));
        top = bounds.event.1.map_or(top, |until| top.min(until));
        let bottom = bounds.event.0.unwrap_or(first).max(first);
        let (mut rows, mut step) = (Vec::new(), STEP);
        let mut left = filter.limit;
        while left > 0 && top >= bottom {
            let low = top.saturating_sub(step).max(bottom - 1);
            let found = statement(filter, text, query, (low, top), left).build_query_as().fetch_all(&self.read).await?;
            left -= i64::try_from(found.len()).unwrap_or(left);
            rows.extend(found);
            top = low;
            if left > 0 && top >= bottom && begun.elapsed() > allowed {
                let searched_to = Some(LogPlace { at: AMONG_TEXTS, event: top + 1, delivery: 0 });
                return Ok(FoundRows { rows, searched_to });
            }
            step = (step * 2).min(LONGEST_STEP);
        }
        Ok(FoundRows { rows, searched_to: None })
    }
}

fn statement(
    filter: &LogFilter,
    text: &str,
    person: Option<&PersonQuery>,
    (low, top): (i64, i64),
    limit: i64,
) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push("events e LEFT JOIN deliveries d ON d.event_id = e.id").push(NAMES);
    query.push("e.id > ").push_bind(low).push(" AND e.id <= ").push_bind(top);
    narrow_events(&mut query, filter);
    if let Some(person) = person {
        query.push(" AND NOT ");
        is_found(&mut query, person);
    }
    query.push(" AND (false");
    for form in forms(text) {
        // Match the text in the form of a stored message. Messages of earlier versions are stored as HTML.
        let html = form.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        for text in [Some(&form), Some(&html).filter(|html| **html != form)].into_iter().flatten() {
            let json = serde_json::Value::from(text.as_str()).to_string();
            let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json).to_owned();
            query.push(concat!(" OR instr(", parts_of!("d"), ", ")).push_bind(inner).push(")");
        }
        for column in ["e.order_number", "d.chat", "e.reason", "d.last_error"] {
            query.push(" OR instr(").push(column).push(", ").push_bind(form.clone()).push(")");
        }
    }
    query.push(") ORDER BY e.id DESC, d.id DESC LIMIT ").push_bind(limit);
    query
}

/// The spellings of a text to search for. SQLite ignores case for ASCII only.
fn forms(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str());
    let mut forms = vec![text.to_owned(), text.to_uppercase(), first.unwrap_or_default(), lower];
    forms.sort_unstable();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_searched_in_several_spellings_of_case() {
        assert_eq!(forms("анна"), ["АННА", "Анна", "анна"]);
        let mixed = forms("Ёж и Ко");
        assert_eq!(mixed.len(), 4);
        assert!(["Ёж и Ко", "Ёж и ко", "ЁЖ И КО", "ёж и ко"].iter().all(|form| mixed.contains(&(*form).to_owned())));
        assert_eq!(forms(""), [""]);
    }
}
