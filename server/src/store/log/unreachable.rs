//! Chats that a bot cannot reach. Triggers keep an entry from the first such failure until a message arrives.

use hookgram::person::PersonQuery;
use sqlx::{FromRow, QueryBuilder};

use crate::{
    store::{Log, StoreError, log::people::has_words},
    time::Millis,
};

/// The maximum number of entries on a page, newest first.
const SHOWN: i64 = 200;
/// The number of the newest entries that a search goes through.
const SOUGHT: i64 = 5_000;

/// A chat that a bot cannot reach.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Unreachable {
    /// The chat.
    pub chat: String,
    /// The first and the last name of the customer to whom the chat belongs; may be blank.
    pub customer: Option<String>,
    /// The participant's name in the newest event with a delivery to the chat.
    pub person: Option<String>,
    /// The participant's phone in that event.
    pub phone: Option<String>,
    /// Telegram's id of the bot.
    pub bot_id: i64,
    /// The bot's `@name` without the `@`, if it is known.
    pub username: Option<String>,
    /// The stable name of the failure's cause.
    pub cause: String,
    /// When the first of these failures happened.
    pub since: Millis,
    /// When the newest failure happened.
    pub last_at: Millis,
    /// The number of failed messages.
    pub failures: i64,
    /// The profile of the newest failure, if it still exists.
    pub profile_id: Option<i64>,
    /// The profile's name.
    pub profile: Option<String>,
}

impl Log {
    /// The unreachable chats, newest failures first, and their total number. With a text, only the chat with this
    /// number and the chats of people with this name.
    pub async fn unreachable(&self, text: Option<&str>) -> Result<(Vec<Unreachable>, u64), StoreError> {
        let person = text.and_then(PersonQuery::parse);
        let mut query = QueryBuilder::new(
            "SELECT u.chat, c.first_name || ' ' || c.last_name AS customer, w.name AS person, w.phone, u.bot_id,
             nullif(b.username, '') AS username, u.cause, u.since, u.last_at, u.failures, p.id AS profile_id, p.name AS profile
             FROM (SELECT * FROM unreachable ORDER BY last_at DESC LIMIT ",
        );
        query.push_bind(if text.is_some() { SOUGHT } else { SHOWN });
        query.push(
            ") u LEFT JOIN bots b ON b.id = u.bot_id
             LEFT JOIN customers c ON c.id = u.chat
             LEFT JOIN profiles p ON p.id = u.profile_id AND p.deleted_at IS NULL
             LEFT JOIN deliveries d ON d.id = (SELECT max(n.id) FROM deliveries n WHERE n.chat = u.chat)
             LEFT JOIN people w ON w.event_id = d.event_id AND w.participant = d.participant WHERE ",
        );
        match text {
            Some(text) => {
                query.push("(u.chat = ").push_bind(text);
                if let Some(person) = &person {
                    query.push(" OR (w.words IS NOT NULL");
                    has_words(&mut query, "w", person);
                    query.push(")");
                }
                query.push(")")
            }
            None => query.push("true"),
        };
        query.push(" ORDER BY u.last_at DESC LIMIT ").push_bind(SHOWN);
        let rows = query.build_query_as().fetch_all(&self.read).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM unreachable").fetch_one(&self.read).await?;
        Ok((rows, u64::try_from(count).unwrap_or_default()))
    }
}
