//! Deliveries: the log, replays, what is called off.

use app::{
    error::AppError,
    ports::Deliveries,
    session::{Operator, Viewer},
    views::{
        AttemptView, BulkKind, BulkProgress, DeliveryDetail, Handled, LogDelivery, LogPage, LogPlace, LogRow, Matching,
        Outcome, ReplayAs,
    },
};
use async_trait::async_trait;
use hookgram::values::Language;

use super::{Port, internal};
use crate::{
    store::{Attempt, AttemptClass, LogFilter, Logged, Reason, StoreError},
    time::now,
};

/// Rows of a page of the log.
const SHOWN: i64 = 50;
/// Most deliveries that can be chosen one by one.
const MOST: usize = 200;

#[async_trait]
impl Deliveries for Port {
    async fn log(
        &self,
        _viewer: &Viewer,
        profile: Option<i64>,
        outcome: Option<Outcome>,
        behind: Option<LogPlace>,
    ) -> Result<LogPage, AppError> {
        // One more than is shown says whether there is another page.
        let filter = LogFilter { profile, outcome, behind, limit: SHOWN + 1 };
        let rows = self.state.store.log(filter).await.map_err(internal)?;
        let mut rows = rows.into_iter().map(|logged| row(logged, self.asking.language)).collect::<Vec<_>>();
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let is_last = rows.len() <= shown;
        rows.truncate(shown);
        let next = rows.last().filter(|_| !is_last).map(|row| LogPlace {
            at: row.received_at,
            event: row.event,
            delivery: row.delivery.as_ref().map_or(0, |delivery| delivery.id),
        });
        Ok(LogPage { rows, next })
    }

    async fn delivery(&self, _viewer: &Viewer, id: i64) -> Result<DeliveryDetail, AppError> {
        let store = &self.state.store;
        let logged = store.logged(id).await.map_err(internal)?.ok_or(AppError::NotFound)?;
        let attempts = store.attempts(id).await.map_err(internal)?;
        let parts = parts(&logged);
        let attempts = attempts.into_iter().map(attempt).collect();
        Ok(DeliveryDetail { row: row(logged, self.asking.language), parts, attempts })
    }

    async fn replay(&self, operator: &Operator, ids: &[i64], how: ReplayAs) -> Result<Vec<Handled>, AppError> {
        let ids = self.chosen(ids)?;
        let handled = self.state.replays.replay(&ids, how).await.map_err(internal)?;
        note(operator, "replayed", &handled);
        Ok(handled)
    }

    async fn cancel(&self, operator: &Operator, ids: &[i64]) -> Result<Vec<Handled>, AppError> {
        let ids = self.chosen(ids)?;
        let handled = self.state.replays.cancel(&ids).await.map_err(internal)?;
        note(operator, "called off", &handled);
        Ok(handled)
    }

    async fn count(&self, _viewer: &Viewer, matching: &Matching) -> Result<u64, AppError> {
        self.state.store.count_matching(matching).await.map_err(internal)
    }

    async fn begin_bulk(&self, operator: &Operator, kind: BulkKind, matching: &Matching) -> Result<i64, AppError> {
        let who = &operator.account().email;
        let begun = self.state.replays.begin(kind, matching, who).await.map_err(internal)?;
        tracing::info!(by = operator.account().id, bulk = begun, ?kind, ?matching, "begun for all that match");
        begun.ok_or_else(|| {
            AppError::field(
                "outcome",
                self.say("С такими доставками этого сделать нельзя.", "That cannot be done to such deliveries."),
            )
        })
    }

    async fn stop_bulk(&self, _operator: &Operator, id: i64) -> Result<(), AppError> {
        match self.state.store.end_bulk(id, true, now()).await {
            Err(StoreError::NotFound) => Err(AppError::NotFound),
            done => done.map_err(internal),
        }
    }

    async fn bulk(&self, _viewer: &Viewer, id: i64) -> Result<BulkProgress, AppError> {
        self.state.store.bulk(id).await.map_err(internal)?.ok_or(AppError::NotFound)
    }

    async fn bulks(&self, _viewer: &Viewer) -> Result<Vec<BulkProgress>, AppError> {
        self.state.store.bulks().await.map_err(internal)
    }
}

impl Port {
    /// Each once, and not too many.
    fn chosen(&self, ids: &[i64]) -> Result<Vec<i64>, AppError> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > MOST {
            return Err(AppError::field(
                "ids",
                self.say(
                    &format!("За один раз можно выбрать не больше {MOST} доставок."),
                    &format!("At most {MOST} deliveries can be chosen at once."),
                ),
            ));
        }
        Ok(ids)
    }
}

fn note(operator: &Operator, what: &'static str, handled: &[Handled]) {
    let done = handled.iter().filter(|handled| handled.done.is_ok()).count();
    tracing::info!(by = operator.account().id, done, left = handled.len() - done, "deliveries were {what}");
}

fn row(logged: Logged, language: Language) -> LogRow {
    let (parts, bot) = (parts(&logged).len(), logged.bot_id);
    let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
    let delivery = logged.delivery.map(|id| LogDelivery {
        id,
        chat: logged.chat,
        parts: (u64::try_from(parts).unwrap_or(u64::MAX), number(logged.parts_sent)),
        attempts: number(logged.attempts),
        cause: logged.cause,
        last_error: logged.last_error,
        unsure: logged.unsure.unwrap_or_default(),
        next_attempt_at: logged.next_attempt_at,
        finished_at: logged.finished_at,
        replay_of: logged.replay_of,
        replaced_by: logged.replaced_by,
    });
    LogRow {
        event: logged.event,
        public_id: logged.public_id,
        received_at: logged.received_at,
        order_number: logged.order_number,
        event_type: logged.event_type,
        profile: logged.profile_id.zip(logged.profile),
        bot,
        outcome: outcome(logged.state.as_deref().unwrap_or(&logged.outcome)),
        http_status: logged.http_status,
        reason: logged.reason.as_deref().and_then(|json| reason(json, language)),
        duplicate_of: logged.duplicate_of.zip(logged.first_public_id),
        delivery,
    }
}

/// What a person is told of a delivery's state, or of the outcome of an event without one.
fn outcome(name: &str) -> Outcome {
    match name {
        "delivered" => Outcome::Delivered,
        "retrying" => Outcome::Retrying,
        "parked" => Outcome::Parked,
        "failed" => Outcome::Failed,
        "uncertain" => Outcome::Uncertain,
        "cancelled" => Outcome::Cancelled,
        "skipped" => Outcome::Skipped,
        "rejected" => Outcome::Rejected,
        "duplicate" => Outcome::Duplicate,
        _ => Outcome::Waiting,
    }
}

fn reason(json: &str, language: Language) -> Option<String> {
    let Reason { ru, en } = serde_json::from_str(json).ok()?;
    Some(match language {
        Language::Ru => ru,
        Language::En => en,
    })
}

/// Of a delivery that cannot be read, none.
fn parts(logged: &Logged) -> Vec<String> {
    logged.parts.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn attempt(attempt: Attempt) -> AttemptView {
    AttemptView {
        part: attempt.part,
        started_at: attempt.started_at,
        latency: attempt.latency,
        http_status: attempt.http_status,
        sent: attempt.class == AttemptClass::Sent,
        description: attempt.description,
    }
}
