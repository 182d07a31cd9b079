//! View models of the list of profiles.

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
    /// The target of its messages.
    pub target: TargetView,
    /// The full short URL; `None` if the reader may not send with it.
    pub short_url: Option<String>,
    /// Whether its endpoint accepts events.
    pub enabled: bool,
    /// The outcome of its last event.
    pub last: Option<LastDelivery>,
    /// Why the last event did not result in a delivery, and the remedy, as sentences.
    pub why: Option<Why>,
    /// The last 7 spans of 24 hours, the oldest first.
    pub week: [Day; 7],
}

/// Why a message did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The cause in a few words.
    pub cause: String,
    /// The remedy.
    pub advice: String,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// The query. Its page number exists.
    pub query: ListQuery,
    /// Its rows.
    pub rows: Vec<ListRow>,
    /// The number of profiles for each choice.
    pub counts: Counts,
    /// The number of all profiles.
    pub all: u32,
    /// Whether the reader may change profiles.
    pub may_change: bool,
}

impl ListPage {
    /// The number of profiles that the query finds.
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
