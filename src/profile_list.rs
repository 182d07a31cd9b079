//! The query of the list of profiles. The URL of the page contains it.

use serde::{Deserialize, Serialize};

use crate::query;

/// The number of rows on a page.
pub const PAGE: u32 = 50;

/// Which profiles to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Show {
    /// All profiles.
    #[default]
    All,
    /// Profiles that accept events.
    Enabled,
    /// Profiles that do not accept events.
    Disabled,
    /// Profiles with a failure within the last 7 days, or with a token that Telegram refuses.
    Failing,
    /// Profiles without a stored event.
    Unused,
}

impl Show {
    /// Every choice, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::All, Self::Enabled, Self::Disabled, Self::Failing, Self::Unused];

    /// The name in a URL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Failing => "failing",
            Self::Unused => "unused",
        }
    }

    /// The choice with this name. Any other text is [`Show::All`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.name() == name).unwrap_or_default()
    }
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// The latest event first.
    Last,
    /// The most failures within 7 days first.
    Failures,
}

impl Sort {
    /// Every order, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Name, Self::Last, Self::Failures];

    /// The name in a URL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Last => "last",
            Self::Failures => "failures",
        }
    }

    /// The order with this name. Any other text is [`Sort::Name`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default()
    }
}

/// A query of the list of profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Part of a name, of a field or of a bot's `@name`, or a short URL; blank for all.
    pub search: String,
    /// Which profiles to show.
    pub show: Show,
    /// The order.
    pub sort: Sort,
    /// The number of the page, from 1.
    pub page: u32,
}

impl ListQuery {
    /// Reads the query from a URL. `get` returns the decoded value of a parameter.
    #[must_use]
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).unwrap_or_default();
        Self {
            search: text("q").trim().to_owned(),
            show: Show::parse(&text("show")),
            sort: Sort::parse(&text("sort")),
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    /// The URL of this query's page, without the parameters that have their default value.
    #[must_use]
    pub fn address(&self) -> String {
        let mut address = String::from("/");
        let mut add = |name: &str, value: &str| {
            let mark = if address.len() == 1 { '?' } else { '&' };
            address.extend([mark.to_string().as_str(), name, "=", value]);
        };
        if !self.search.is_empty() {
            add("q", &query::encode(&self.search));
        }
        if self.show != Show::default() {
            add("show", self.show.name());
        }
        if self.sort != Sort::default() {
            add("sort", self.sort.name());
        }
        if self.page > 1 {
            add("page", &self.page.to_string());
        }
        address
    }

    /// Whether the query has a filter.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.search.is_empty() || self.show != Show::All
    }
}

/// The outcomes of a profile's messages in 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Messages that were delivered.
    pub delivered: u32,
    /// Messages that failed or may have failed, and events that the endpoint rejected.
    pub failed: u32,
    /// Events and participants without a message to send.
    pub skipped: u32,
}

impl Day {
    /// The sum of the three.
    #[must_use]
    pub fn total(self) -> u32 {
        self.delivered.saturating_add(self.failed).saturating_add(self.skipped)
    }

    /// Adds the counts of `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            delivered: self.delivered.saturating_add(other.delivered),
            failed: self.failed.saturating_add(other.failed),
            skipped: self.skipped.saturating_add(other.skipped),
        }
    }
}

/// The number of profiles that each choice of [`Show`] lists for the same search, in the order of [`Show::ALL`].
pub type Counts = [u32; 5];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_a_round_trip_through_its_url() {
        assert_eq!(ListQuery { page: 1, ..ListQuery::default() }.address(), "/");
        let query = ListQuery { search: "100% «Ё» & co".into(), show: Show::Failing, sort: Sort::Last, page: 3 };
        let address = query.address();
        assert_eq!(address, "/?q=100%25%20%C2%AB%D0%81%C2%BB%20%26%20co&show=failing&sort=last&page=3");
        let pairs: Vec<(&str, &str)> =
            address.split_once('?').unwrap().1.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let back = ListQuery::of(value);
        assert_eq!(ListQuery { search: query.search.clone(), ..back }, query);
        assert_eq!(ListQuery::of(|_| Some("nonsense".into())).page, 1);
        assert_eq!(ListQuery::of(|_| Some("0".into())).page, 1);
    }
}
