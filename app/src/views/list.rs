//! The list of profiles, as its page shows it.

use hookgram::profile_list::{Counts, Day, ListQuery, PAGE, Show};
use serde::{Deserialize, Serialize};

use super::{LastDelivery, TargetView};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where its messages go.
    pub target: TargetView,
    /// The whole short URL; `None` for whoever may not send with it.
    pub short_url: Option<String>,
    /// Whether its endpoint is open.
    pub enabled: bool,
    /// What became of its last event.
    pub last: Option<LastDelivery>,
    /// Where the last event has not arrived: why, and what to do; sentences.
    pub why: Option<Why>,
    /// The last 7 days, 24 hours each, the oldest first.
    pub week: [Day; 7],
}

/// Why something did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// In a few words.
    pub cause: String,
    /// What to do about it.
    pub advice: String,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// The question, with a page that exists.
    pub query: ListQuery,
    /// Its rows.
    pub rows: Vec<ListRow>,
    /// What each choice would bring.
    pub counts: Counts,
    /// How many profiles there are in all.
    pub all: u32,
    /// Whether who asks may change them.
    pub may_change: bool,
}

impl ListPage {
    /// How many profiles the question finds.
    #[must_use]
    pub fn found(&self) -> u32 {
        let at = Show::ALL.iter().position(|show| *show == self.query.show);
        at.and_then(|at| self.counts.get(at)).copied().unwrap_or_default()
    }

    /// The number of the last page, from 1.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.found().div_ceil(PAGE).max(1)
    }
}
