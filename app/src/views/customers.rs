//! View models of the customers of booking bots, and the query of their list.

use hookgram::{Millis, delivery::FailureCause, query, text::one_line};

/// The position after which a page of the list begins: the time that the list is sorted by, and the number of rows with
/// this time before the position. It does not contain a customer's id, because more people see addresses than see the
/// page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerPlace {
    /// The time.
    pub at: Millis,
    /// The number of rows with this time before the position.
    pub skipped: i64,
}

/// A query of the list of customers. The page's address contains it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerQuery {
    /// Words of the names and the username, or the id; blank for all customers.
    pub text: String,
    /// Only customers of the bot with this id.
    pub bot: Option<i64>,
    /// Only rows after this position.
    pub behind: Option<CustomerPlace>,
}

impl CustomerQuery {
    /// Reads the query from an address. `get` returns the decoded value of a parameter.
    #[must_use]
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let place = |text: String| {
            let (at, skipped) = text.split_once('-')?;
            let skipped = skipped.parse().ok().filter(|skipped| *skipped >= 0)?;
            Some(CustomerPlace { at: at.parse().ok()?, skipped })
        };
        Self { text: text("q"), bot: text("bot").parse().ok(), behind: place(text("behind")) }
    }

    /// The address of this query's page, without parameters that have their default.
    #[must_use]
    pub fn address(&self) -> String {
        let pairs = [
            ("q", self.text.clone()),
            ("bot", self.bot.map(|bot| bot.to_string()).unwrap_or_default()),
            ("behind", self.behind.map(|place| format!("{}-{}", place.at, place.skipped)).unwrap_or_default()),
        ];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        let given = given.map(|(name, value)| format!("{name}={}", query::encode(value))).collect::<Vec<_>>().join("&");
        if given.is_empty() { "/customers".to_owned() } else { format!("/customers?{given}") }
    }

    /// Whether the query has a filter. `behind` is paging and does not count.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        *self != Self { behind: self.behind, ..Self::default() }
    }
}

/// A first and a last name as one line; empty if they have no visible text.
#[must_use]
pub fn full_name(first: &str, last: &str) -> String {
    one_line(&format!("{first} {last}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a bot may write to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The customer gets messages.
    Open,
    /// The customer sent `/stop`, or an operator stopped the messages.
    Stopped,
    /// The bot cannot write to the customer, for this cause.
    Unreachable(FailureCause),
    /// The record of the customer's `/stop` cannot be decrypted.
    Unknown,
}

/// A bot of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerBot {
    /// Telegram's id of the bot.
    pub id: i64,
    /// The `@name`, or the id.
    pub title: String,
    /// Whether the bot has a page; a removed one has none.
    pub has_page: bool,
    /// When the customer last pressed Start.
    pub started_at: Option<Millis>,
    /// Whether it may write to the customer.
    pub reach: Reach,
}

/// A booking of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerBookingView {
    /// The start; `None` for an order.
    pub starts_at: Option<Millis>,
    /// The name of the service.
    pub service: Option<String>,
    /// The number in the booking service's spelling.
    pub number: Option<String>,
    /// The link to the booking.
    pub link: Option<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerView {
    /// Telegram's id of the person, which is also their chat's id; shortened for readers who may not see personal data.
    pub chat: String,
    /// The first and the last name; shortened for the same readers, and empty if the name has no visible text.
    pub name: String,
    /// The `@name` without the `@`; empty if there is none, and for readers who may not see personal data.
    pub username: String,
    /// The language that Telegram reports; may be empty.
    pub language: String,
    /// The first contact.
    pub first_at: Millis,
    /// The last contact.
    pub last_at: Millis,
    /// The bots.
    pub bots: Vec<CustomerBot>,
    /// The most recently updated booking.
    pub booking: Option<CustomerBookingView>,
}

impl CustomerView {
    /// When the customer last pressed Start at any bot.
    #[must_use]
    pub fn last_start(&self) -> Option<Millis> {
        self.bots.iter().filter_map(|bot| bot.started_at).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_a_round_trip_through_the_address() {
        let whole = CustomerQuery {
            text: "Anna".into(),
            bot: Some(7_001_002_003),
            behind: Some(CustomerPlace { at: 5, skipped: 2 }),
        };
        let address = whole.address();
        let read = |text: &str| {
            let pairs: Vec<(&str, &str)> =
                text.split(['?', '&']).skip(1).filter_map(|pair| pair.split_once('=')).collect();
            CustomerQuery::of(|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(read(&address), whole);
        assert_eq!(CustomerQuery::default().address(), "/customers");
        assert!(
            whole.is_narrowed() && !CustomerQuery { behind: whole.behind, ..CustomerQuery::default() }.is_narrowed()
        );
        for odd in ["?bot=x", "?behind=1", "?behind=1--2", "?behind=x-1", "?behind=99999999999999999999-1"] {
            assert_eq!(read(odd), CustomerQuery::default(), "{odd}");
        }
    }

    #[test]
    fn a_name_is_one_line_and_empty_without_visible_text() {
        for (first, last, name) in [
            ("Анна", "", "Анна"),
            ("Анна", "Королёва", "Анна Королёва"),
            (" Anna\n", "\u{202e}B", "Anna B"),
            ("\u{3164}", "\u{200b}", ""),
        ] {
            assert_eq!(full_name(first, last), name);
        }
    }
}
