//! Error mails collect failures, which are added in the commit that records them. The constants in `hookgram::mail`
//! determine when a mail is due. The number of unfinished mails of the stateless endpoint is limited, in total and per
//! token. Failures beyond the limit are in the log, but in no mail.

use hookgram::{
    delivery::FailureCause,
    mail::{APART, GATHERING},
    profile::Profile,
    query,
};
use sqlx::SqliteConnection;

use crate::{
    store::{SenderKey, StoreError, names::quoted, queue::heads::json},
    time::Millis,
};

/// The maximum number of unfinished mails for one token of the stateless endpoint: twice as many as may be sent in an
/// hour.
const OPEN_OF_A_TOKEN: i64 = 40;
/// From this number of unfinished mails of the stateless endpoint on, none is added for a token that Telegram has never
/// accepted.
const OPEN_OF_STRANGERS: i64 = 200;
const OPEN_OF_ALL: i64 = 1_000;

#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Failure<'a> {
    /// The profile's id, or `None` for the stateless endpoint.
    pub profile_id: Option<i64>,
    /// The sender key. It is used for the stateless endpoint only.
    pub sender: &'a SenderKey,
    /// The event that failed.
    pub event_id: i64,
    /// The cause.
    pub cause: FailureCause,
    /// When it failed.
    pub at: Millis,
}

pub(in crate::store) async fn add_deliveries(
    tx: &mut SqliteConnection,
    failure: Failure<'_>,
    deliveries: &[i64],
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let Some(mail) = open_mail(tx, failure).await? else { return Ok(()) };
    sqlx::query(
        "INSERT INTO mail_failures (mail_id, event_id, delivery_id, description)
         SELECT ?1, event_id, id, last_error FROM deliveries WHERE id IN (SELECT value FROM json_each(?2)) ORDER BY id
         ON CONFLICT (mail_id, delivery_id) DO NOTHING",
    )
    .bind(mail)
    .bind(json(deliveries))
    .execute(tx)
    .await?;
    Ok(())
}

/// Adds an event that was refused at the endpoint to a mail.
pub(in crate::store) async fn add_event(tx: &mut SqliteConnection, failure: Failure<'_>) -> Result<(), StoreError> {
    let Some(mail) = open_mail(tx, failure).await? else { return Ok(()) };
    sqlx::query("INSERT INTO mail_failures (mail_id, event_id) VALUES (?1, ?2)")
        .bind(mail)
        .bind(failure.event_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// The mail that collects such failures. If it has been claimed, a new mail is created. `None` if there are too many.
async fn open_mail(tx: &mut SqliteConnection, failure: Failure<'_>) -> Result<Option<i64>, StoreError> {
    let (bot_id, sender, parameters) = match failure.profile_id {
        // The profile's own parameters are read when the mail is sent.
        Some(_) => (None, None, String::new()),
        None => {
            let (bot_id, parameters): (Option<i64>, String) =
                sqlx::query_as("SELECT bot_id, parameters FROM events WHERE id = ?1")
                    .bind(failure.event_id)
                    .fetch_one(&mut *tx)
                    .await?;
            (bot_id, failure.sender.of_a_token(), whom_and_how(&parameters))
        }
    };
    let open: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT id FROM mails WHERE state = ",
        quoted!(MailState::Gathering),
        " AND profile_id IS ?1 AND lane IS ?2 AND cause = ?3
         AND parameters = ?4 ORDER BY id DESC LIMIT 1"
    ))
    .bind(failure.profile_id)
    .bind(sender)
    .bind(failure.cause.name())
    .bind(&parameters)
    .fetch_optional(&mut *tx)
    .await?;
    if open.is_some() {
        return Ok(open);
    }
    if failure.profile_id.is_none() && !has_room(tx, sender).await? {
        tracing::debug!("the stateless endpoint has too many unfinished mails");
        return Ok(None);
    }
    // A mail that is due later than possible was stored before the clock was set back. It is ignored.
    let id = sqlx::query_scalar(concat!(
        "INSERT INTO mails (profile_id, bot_id, lane, parameters, cause, state, created_at, due_at, next_attempt_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ",
        quoted!(MailState::Gathering),
        ", ?6, due, due FROM (
             SELECT max(?6 + ?7, coalesce(max(due_at) + ?8, 0)) AS due FROM mails WHERE profile_id IS ?1
             AND lane IS ?3 AND cause = ?5 AND parameters = ?4 AND due_at <= ?6 + ?7 + ?8)
         RETURNING id"
    ))
    .bind(failure.profile_id)
    .bind(bot_id)
    .bind(sender)
    .bind(parameters)
    .bind(failure.cause.name())
    .bind(failure.at)
    .bind(GATHERING)
    .bind(APART)
    .fetch_one(tx)
    .await?;
    Ok(Some(id))
}

/// Whether one more unfinished mail of the stateless endpoint is allowed.
async fn has_room(tx: &mut SqliteConnection, sender: Option<&[u8]>) -> Result<bool, StoreError> {
    let (of_all, of_token, known): (i64, i64, bool) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE lane IS ?1), EXISTS (SELECT 1 FROM accepted_tokens WHERE lane = ?1)
         FROM mails INDEXED BY mails_unfinished_stateless WHERE finished_at IS NULL AND profile_id IS NULL",
    )
    .bind(sender)
    .fetch_one(tx)
    .await?;
    Ok(of_token < OPEN_OF_A_TOKEN && of_all < if known { OPEN_OF_ALL } else { OPEN_OF_STRANGERS })
}

/// The parameters of an event on which a mail depends, in canonical form. Failures for which they are equal share a
/// mail.
fn whom_and_how(parameters: &str) -> String {
    let whole = query::read(parameters.as_bytes()).profile;
    let mut kept = Profile { field_name: whole.field_name, error_email: whole.error_email, ..Profile::default() };
    kept.formatting.locale = whole.formatting.locale;
    kept.formatting.time_zone = whole.formatting.time_zone;
    kept.formatting.time_zone_name = whole.formatting.time_zone_name;
    query::write(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_message_text_do_not_split_mails() {
        let kept = whom_and_how("telegramFieldName=*T&errorEmail=a@b.c&message=Hi&hide_url=true&date_locales=en-US");
        assert_eq!(kept, whom_and_how("telegramFieldName=*T&errorEmail=a@b.c&message=Bye&date_locales=en-US"));
        assert_ne!(kept, whom_and_how("telegramFieldName=*T&errorEmail=x@b.c&date_locales=en-US"));
    }
}
