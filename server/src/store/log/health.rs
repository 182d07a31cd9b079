//! The health of the queue and the error mails.

use hookgram::{
    delivery::{AttemptClass, FailureCause},
    mail::{TOO_MANY_IN_ALL, UNCONFIRMED},
};
use sqlx::FromRow;

use crate::{
    store::{Log, StoreError, names::quoted},
    time::Millis,
};

/// The health of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct QueueHealth {
    /// The number of unfinished deliveries that are not suspended.
    pub open: i64,
    /// The number of them that are being retried.
    pub retrying: i64,
    /// The number of suspended deliveries.
    pub suspended: i64,
    /// When the oldest unfinished delivery was created. Strangers' deliveries do not count, because they wait for their
    /// share.
    pub oldest: Option<Millis>,
}

/// The results of the latest calls to external channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct LatestCalls {
    /// Calls that the channel accepted, or rejected with a reason (4xx).
    pub answered: i64,
    /// Calls without a response of the channel, or with a fault of its own (5xx).
    pub unanswered: i64,
}

/// The health of the error mails.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct MailHealth {
    /// The number of unfinished mails.
    pub waiting: i64,
    /// When the last mail was sent.
    pub last_sent: Option<Millis>,
    /// The number of mails given up within the last 24 hours.
    pub given_up: i64,
    /// The number of mails not sent within the last 24 hours because none of their addresses is confirmed.
    pub unconfirmed: i64,
    /// The number of mails not sent within the last 24 hours because of the hourly cap for the stateless endpoint.
    pub capped: i64,
    /// The error of the newest mail that was given up within the last 24 hours or is being retried.
    pub reason: Option<String>,
}

impl Log {
    /// The health of the queue.
    pub async fn queue_health(&self) -> Result<QueueHealth, StoreError> {
        Ok(sqlx::query_as(concat!(
            "SELECT count(*) AS open, coalesce(sum(state = ",
            quoted!(DeliveryState::Retrying),
            "), 0) AS retrying,
             min(iif(stranger = 0, created_at, NULL)) AS oldest,
             (SELECT count(*) FROM deliveries WHERE state = ",
            quoted!(DeliveryState::Suspended),
            ") AS suspended
             FROM deliveries INDEXED BY deliveries_lane WHERE finished_at IS NULL AND state <> ",
            quoted!(DeliveryState::Suspended)
        ))
        .fetch_one(&self.read)
        .await?)
    }

    /// The results of the last thousand calls since `since`, except the sandbox's. `foreign` is the description of a
    /// response that did not come from the channel.
    pub async fn latest_calls(&self, since: Millis, foreign: &str) -> Result<LatestCalls, StoreError> {
        let latest =
            "SELECT coalesce(sum(answered), 0) AS answered, coalesce(sum(NOT answered), 0) AS unanswered FROM (
                 SELECT a.class = ?3 OR (a.class = ?4 AND a.http_status < 500 AND coalesce(a.description, '') <> ?2)
                     AS answered
                 FROM (SELECT * FROM attempts ORDER BY id DESC LIMIT 1000) a
                 JOIN deliveries d ON d.id = a.delivery_id
                 WHERE a.started_at > ?1 AND d.lane <> x'' AND a.class IN (?3, ?4, ?5, ?6))";
        Ok(sqlx::query_as(latest)
            .bind(since)
            .bind(foreign)
            .bind(AttemptClass::Sent.name())
            .bind(AttemptClass::Refused.name())
            .bind(AttemptClass::Unreachable.name())
            .bind(AttemptClass::BrokenOff.name())
            .fetch_one(&self.read)
            .await?)
    }

    /// The number of failed deliveries since `since` by cause, most frequent first.
    pub async fn failures_by_cause(&self, since: Millis) -> Result<Vec<(FailureCause, u64)>, StoreError> {
        let first = self.first_delivery(since).await?;
        let mut failures = Vec::new();
        for cause in FailureCause::ALL {
            let count = "SELECT count(*) FROM deliveries INDEXED BY deliveries_by_cause WHERE cause = ?1 AND id >= ?2
                 AND finished_at IS NOT NULL";
            let count: i64 = sqlx::query_scalar(count).bind(cause.name()).bind(first).fetch_one(&self.read).await?;
            if count > 0 {
                failures.push((cause, u64::try_from(count).unwrap_or_default()));
            }
        }
        failures.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(failures)
    }

    /// The health of the error mails. Mails that were given up or not sent count if that was since `since`.
    pub async fn mail_health(&self, since: Millis) -> Result<MailHealth, StoreError> {
        Ok(sqlx::query_as(concat!(
            "SELECT (SELECT count(*) FROM mails WHERE finished_at IS NULL) AS waiting,
             (SELECT max(finished_at) FROM mails WHERE finished_at IS NOT NULL AND state = ",
            quoted!(MailState::Sent),
            ") AS last_sent,
             (SELECT count(*) FROM mails WHERE finished_at >= ?1 AND state = ",
            quoted!(MailState::GivenUp),
            ") AS given_up,
             (SELECT count(*) FROM mails WHERE finished_at >= ?1 AND state = ",
            quoted!(MailState::NotSent),
            " AND reason = ?2) AS unconfirmed,
             (SELECT count(*) FROM mails WHERE finished_at >= ?1 AND state = ",
            quoted!(MailState::NotSent),
            " AND reason = ?3) AS capped,
             (SELECT reason FROM mails WHERE (finished_at >= ?1 AND state = ",
            quoted!(MailState::GivenUp),
            ") OR state = ",
            quoted!(MailState::Retrying),
            "
              ORDER BY id DESC LIMIT 1) AS reason"
        ))
        .bind(since)
        .bind(UNCONFIRMED)
        .bind(TOO_MANY_IN_ALL)
        .fetch_one(&self.read)
        .await?)
    }

    /// When the newest event that is still stored came to the stateless endpoint.
    pub async fn newest_stateless(&self) -> Result<Option<Millis>, StoreError> {
        let newest = "SELECT received_at FROM events WHERE profile_id IS NULL ORDER BY received_at DESC LIMIT 1";
        Ok(sqlx::query_scalar(newest).fetch_optional(&self.read).await?)
    }

    /// Whether any profile has an `errorEmail`.
    pub async fn wants_mail(&self) -> Result<bool, StoreError> {
        let wants =
            "SELECT EXISTS (SELECT 1 FROM profiles WHERE deleted_at IS NULL AND instr(parameters, 'errorEmail=') > 0)";
        Ok(sqlx::query_scalar(wants).fetch_one(&self.read).await?)
    }
}
