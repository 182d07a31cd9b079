//! Error mails: claims due mails, reads their content with the first failures, and records the result. Failures are
//! added in [`failures`].

pub(in crate::store) mod addresses;
pub(in crate::store) mod failures;

use std::collections::BTreeMap;

use hookgram::{
    delivery::FailureCause,
    mail::MailState,
    profile::Profile,
    query,
    values::{EmailAddress, Language},
};
use sqlx::FromRow;

use crate::{
    store::{
        Mails, StoreError,
        names::{MaybeNamed, Named, quoted},
    },
    time::Millis,
};

/// The number of failures that a mail lists one by one.
const EXAMPLES: i64 = 5;
/// The latest due time of a mail, counted from now. It limits the effect of a wrong clock.
const FARTHEST: Millis = 3 * 60 * 60 * 1000;
/// The period in which mails about one token of the stateless endpoint are counted.
const RECENT: Millis = 60 * 60 * 1000;

/// A claimed mail. No more failures are added to it.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    /// Its id.
    pub id: i64,
    /// The number of this attempt, starting at 1.
    pub attempt: u32,
    /// When the mail was first due.
    pub due_at: Millis,
    /// The addresses that need no further attempt, and for each whether its server accepted the mail.
    pub done: BTreeMap<String, bool>,
    /// The key of the token's sender; stateless endpoint only.
    pub sender: Option<Vec<u8>>,
    /// For a confirmation mail, the address to confirm and the mail's language. Such a mail has no [`MailContent`].
    pub asks: Option<(EmailAddress, Language)>,
}

#[derive(FromRow)]
struct ClaimedRow {
    id: i64,
    attempts: i64,
    due_at: i64,
    done: String,
    #[sqlx(rename = "lane")]
    sender: Option<Vec<u8>>,
    asks: Option<String>,
    parameters: String,
}

/// The subject of an error mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concerned {
    /// A stored profile.
    Profile {
        /// The profile's id.
        id: i64,
        /// The profile's name.
        name: String,
    },
    /// A bot at the stateless endpoint.
    Bot {
        /// Telegram's id of the bot.
        id: i64,
        /// Whether Telegram has accepted this token before.
        known: bool,
        /// The number of other mails about this token that have reached at least one of their addresses within the last
        /// hour. 0 once this mail has reached one, because it is then counted itself.
        recent: i64,
    },
}

/// The content of an error mail.
#[derive(Clone, Debug)]
pub struct MailContent {
    /// The profile or bot whose deliveries failed.
    pub concerned: Concerned,
    /// The recipients, the language, the locale and the time zone; without the token.
    pub profile: Profile,
    /// The cause of the failures.
    pub cause: FailureCause,
    /// The number of failures.
    pub count: u64,
    /// The first failures.
    pub examples: Vec<FailureRow>,
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FailureRow {
    /// When the event was received.
    pub received_at: Millis,
    /// The order number of the booking.
    pub order_number: Option<String>,
    /// The chat.
    pub chat: Option<String>,
    /// The participant's name in the event.
    pub person: Option<String>,
    /// The participant's phone in the event.
    pub phone: Option<String>,
    /// The error description in Telegram's answer.
    pub description: Option<String>,
}

/// The result of an attempt to send a claimed mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailChange {
    /// At least one address has received the mail. The text contains the errors for the others.
    Sent(Option<String>),
    /// The mail may not or cannot be sent.
    NotSent(&'static str),
    /// The mail is retried.
    Retry {
        /// When the mail is due.
        at: Millis,
        /// The error.
        why: String,
    },
    /// The mail is given up, with this error.
    GivenUp(String),
}

/// A mail in the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MailRecord {
    /// Its id.
    pub id: i64,
    /// The profile.
    pub profile_id: Option<i64>,
    /// The cause of the failures, or `None` for a confirmation mail.
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    pub cause: Option<FailureCause>,
    /// The mail's state.
    #[sqlx(try_from = "Named<MailState>")]
    pub state: MailState,
    /// Why the mail was not sent.
    pub reason: Option<String>,
    /// The number of failures.
    pub failures: i64,
    /// When the mail was first due.
    pub due_at: Millis,
    /// The number of attempts.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next_attempt_at: Option<Millis>,
}

#[derive(FromRow)]
struct Row {
    profile_id: Option<i64>,
    name: Option<String>,
    profile_parameters: Option<String>,
    bot_id: Option<i64>,
    #[sqlx(rename = "lane")]
    sender: Option<Vec<u8>>,
    parameters: String,
    cause: String,
    count: i64,
}

impl From<ClaimedRow> for ClaimedMail {
    fn from(row: ClaimedRow) -> Self {
        let language = query::read(row.parameters.as_bytes()).profile.formatting.locale.language();
        Self {
            id: row.id,
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            due_at: row.due_at,
            // If this cannot be read, sending twice to an address is better than not sending.
            done: serde_json::from_str(&row.done).unwrap_or_default(),
            sender: row.sender,
            asks: row.asks.and_then(|address| Some((EmailAddress::parse(&address)?, language))),
        }
    }
}

impl Mails {
    /// Claims the mail that has been due longest, until `lease_until`. Mails of profiles take precedence, so that
    /// strangers do not delay them.
    pub async fn claim(&self, now: Millis, lease_until: Millis) -> Result<Option<ClaimedMail>, StoreError> {
        let row: Option<ClaimedRow> = sqlx::query_as(concat!(
            "UPDATE mails SET state = ",
            quoted!(MailState::Sending),
            ", attempts = attempts + 1, next_attempt_at = ?2 WHERE id = coalesce(
                 (SELECT id FROM mails WHERE finished_at IS NULL AND profile_id IS NOT NULL
                  AND (next_attempt_at <= ?1 OR next_attempt_at > ?1 + ?3) ORDER BY next_attempt_at, id LIMIT 1),
                 (SELECT id FROM mails WHERE finished_at IS NULL
                  AND (next_attempt_at <= ?1 OR next_attempt_at > ?1 + ?3) ORDER BY next_attempt_at, id LIMIT 1))
             RETURNING id, attempts, due_at, done, lane, asks, parameters"
        ))
        .bind(now)
        .bind(lease_until)
        .bind(FARTHEST)
        .fetch_optional(&self.write)
        .await?;
        Ok(row.map(ClaimedMail::from))
    }

    /// Makes mails due immediately that an earlier process has claimed. That process has ended, because only one can
    /// run at a time.
    pub async fn release(&self, now: Millis) -> Result<(), StoreError> {
        sqlx::query(concat!(
            "UPDATE mails SET state = ",
            quoted!(MailState::Retrying),
            ", next_attempt_at = ?1 WHERE state = ",
            quoted!(MailState::Sending)
        ))
        .bind(now)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// When the next mail is due.
    pub async fn next_due(&self) -> Result<Option<Millis>, StoreError> {
        Ok(sqlx::query_scalar("SELECT min(next_attempt_at) FROM mails WHERE finished_at IS NULL")
            .fetch_one(&self.read)
            .await?)
    }

    /// The number of unfinished mails.
    pub async fn waiting(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM mails WHERE finished_at IS NULL").fetch_one(&self.read).await?)
    }

    /// The content of a mail at `now`. For a profile, its current parameters are used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the mail was deleted with its profile, [`StoreError::Corrupt`] if it cannot be read.
    pub async fn content(&self, mail: i64, now: Millis) -> Result<MailContent, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT m.profile_id, p.name, p.parameters AS profile_parameters, m.bot_id, m.lane, m.parameters, m.cause,
             (SELECT count(*) FROM mail_failures f WHERE f.mail_id = m.id) AS count
             FROM mails m LEFT JOIN profiles p ON p.id = m.profile_id WHERE m.id = ?1",
        )
        .bind(mail)
        .fetch_optional(&self.read)
        .await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let examples = sqlx::query_as(
            "SELECT e.received_at, e.order_number, d.chat, w.name AS person, w.phone, f.description FROM mail_failures f
             JOIN events e ON e.id = f.event_id LEFT JOIN deliveries d ON d.id = f.delivery_id
             LEFT JOIN people w ON w.event_id = e.id AND w.participant = coalesce(d.participant,
                 (SELECT min(x.participant) FROM people x WHERE x.event_id = e.id))
             WHERE f.mail_id = ?1 ORDER BY f.id LIMIT ?2",
        )
        .bind(mail)
        .bind(EXAMPLES)
        .fetch_all(&self.read)
        .await?;
        let parameters = row.profile_parameters.as_ref().unwrap_or(&row.parameters);
        let concerned = match (row.profile_id, row.name) {
            (Some(id), Some(name)) => Concerned::Profile { id, name },
            _ => {
                let (known, recent) = self.standing(row.sender.as_deref(), mail, now).await?;
                Concerned::Bot { id: row.bot_id.unwrap_or_default(), known, recent }
            }
        };
        Ok(MailContent {
            concerned,
            profile: query::read(parameters.as_bytes()).profile,
            cause: FailureCause::parse(&row.cause).ok_or(StoreError::corrupt("mails.cause"))?,
            count: u64::try_from(row.count).unwrap_or_default(),
            examples,
        })
    }

    /// Whether Telegram has accepted the sender's token, and the number of other mails about it that were sent
    /// recently. A mail that is retried for some of its addresses counts as sent.
    async fn standing(&self, sender: Option<&[u8]>, mail: i64, now: Millis) -> Result<(bool, i64), StoreError> {
        Ok(sqlx::query_as(concat!(
            "SELECT EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = ?1),
             (SELECT count(*) FROM mails WHERE lane = ?1 AND asks IS NULL AND (finished_at > ?2 OR finished_at IS NULL)
              AND (state = ",
            quoted!(MailState::Sent),
            " OR instr(done, ':true') > 0) AND id <> ?3
              AND NOT EXISTS (SELECT 1 FROM mails this WHERE this.id = ?3 AND instr(this.done, ':true') > 0))"
        ))
        .bind(sender)
        .bind(now.saturating_sub(RECENT))
        .bind(mail)
        .fetch_one(&self.read)
        .await?)
    }

    /// Records the result for a claimed mail, if the claim is still held. `done` contains the addresses that need no
    /// further attempt.
    ///
    /// # Errors
    ///
    /// The mail is then due again when its lease expires.
    pub async fn record(
        &self,
        claimed: &ClaimedMail,
        done: &BTreeMap<String, bool>,
        change: &MailChange,
        now: Millis,
    ) -> Result<(), StoreError> {
        let (state, next, reason) = match change {
            MailChange::Sent(why) => (MailState::Sent, None, why.as_deref()),
            MailChange::NotSent(why) => (MailState::NotSent, None, Some(*why)),
            MailChange::Retry { at, why } => (MailState::Retrying, Some(*at), Some(why.as_str())),
            MailChange::GivenUp(why) => (MailState::GivenUp, None, Some(why.as_str())),
        };
        sqlx::query(concat!(
            "UPDATE mails SET state = ?3, next_attempt_at = ?4, reason = ?5, done = ?6, finished_at = ?7
             WHERE id = ?1 AND attempts = ?2 AND state = ",
            quoted!(MailState::Sending)
        ))
        .bind(claimed.id)
        .bind(i64::from(claimed.attempt))
        .bind(state.name())
        .bind(next)
        .bind(reason)
        .bind(serde_json::to_string(done).map_err(|_| StoreError::corrupt("mails.done"))?)
        .bind(next.is_none().then_some(now))
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// The newest mails, newest first.
    pub async fn all(&self, limit: i64) -> Result<Vec<MailRecord>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, profile_id, nullif(cause, '') AS cause, state, reason, due_at, attempts, next_attempt_at,
             (SELECT count(*) FROM mail_failures f WHERE f.mail_id = mails.id) AS failures
             FROM mails ORDER BY id DESC LIMIT ?1",
        )
        .bind(limit)
        .fetch_all(&self.read)
        .await?)
    }
}
