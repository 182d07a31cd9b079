//! Deliveries: the log, replays, what is called off.

use app::{
    error::AppError,
    i18n::{LogWords, Words as _},
    ports::Deliveries,
    session::{Operator, Viewer},
    views::{AttemptView, Chart, DeliveryDetail, EventDetail, LogDelivery, LogPage, LogRow},
};
use async_trait::async_trait;
use hookgram::{
    delivery::{AttemptClass, Outcome},
    log_query::{LogPlace, LogQuery},
    message::Part,
    replay::{BulkKind, BulkProgress, Handled, Matching, ReplayAs},
    values::{Language, TimeZone},
};

mod chart;

use super::{Port, internal};
use crate::{
    ports::personal,
    store::{Attempt, LogFilter, LogRows, Logged, Reason, StoreError},
    time::{Millis, now},
};

/// Rows of a page of the log.
const SHOWN: i64 = 50;
/// Most deliveries that can be chosen one by one.
pub(crate) const MOST: usize = 200;
/// The latest of what else happened to a booking.
const RELATED: i64 = 20;

#[async_trait]
impl Deliveries for Port {
    async fn log(&self, viewer: &Viewer, query: &LogQuery, zone: TimeZone) -> Result<LogPage, AppError> {
        let is_shown = personal::is_shown(&self.state, viewer.account());
        let asks_for_it = !query.chat.is_empty() || !query.text.is_empty();
        if asks_for_it && !is_shown {
            // What may not be seen may not be asked for either.
            return Err(AppError::Forbidden);
        }
        // One more than is shown says whether there is another page.
        let filter = self.filter(query, zone, SHOWN + 1)?;
        let LogRows { rows, searched_to } = self.state.store.log(&filter).await.map_err(internal)?;
        let mut rows = rows.into_iter().map(|logged| row(logged, self.asking.language)).collect::<Vec<_>>();
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let is_last = rows.len() <= shown;
        rows.truncate(shown);
        let next = match rows.last().filter(|_| !is_last) {
            Some(row) => Some(place(row)),
            None => searched_to,
        };
        let page = LogPage { rows, next, unfinished: is_last && searched_to.is_some() };
        Ok(if is_shown { page } else { personal::of_page(page) })
    }

    async fn chart(&self, _viewer: &Viewer, query: &LogQuery, zone: TimeZone) -> Result<Chart, AppError> {
        let (from, to) = times(query, zone, self.asking.language)?;
        let span = chart::span(from, to, now());
        let (store, hours) = (&self.state.store, chart::hours(span));
        let outcomes = store.outcomes(query.profile, hours.0, hours.1).await.map_err(internal)?;
        let latencies = store.latencies(query.profile, span.0, span.1).await.map_err(internal)?;
        Ok(Chart { bars: chart::bars(&outcomes, span, zone), latency: chart::percentiles(&latencies) })
    }

    async fn event(&self, viewer: &Viewer, public_id: &str) -> Result<EventDetail, AppError> {
        let store = &self.state.store;
        let logged = store.logged_event(public_id).await.map_err(internal)?;
        let first = logged.first().cloned().ok_or(AppError::NotFound)?;
        let order = first.order_number.clone();
        let related = match order {
            Some(order) => {
                let filter = LogFilter { order: Some(order), limit: RELATED, ..LogFilter::default() };
                store.log(&filter).await.map_err(internal)?.rows
            }
            None => Vec::new(),
        };
        // Numbers of bookings are those of one service each: another profile's customers may have the same.
        let same = |other: &Logged| {
            other.event != first.event
                && other.profile_id == first.profile_id
                && other.bot_of_event == first.bot_of_event
        };
        let related = related.into_iter().filter(same).map(|logged| row(logged, self.asking.language)).collect();
        let mut deliveries = Vec::new();
        for logged in logged {
            if let Some(id) = logged.delivery {
                deliveries.push(self.detail(id, logged).await?);
            }
        }
        let size = store.payload(first.event).await.or_else(unreadable)?.map(|body| body.len());
        let event = EventDetail {
            field: first.field_name.clone(),
            row: row(first, self.asking.language),
            size,
            deliveries,
            related,
        };
        let is_shown = personal::is_shown(&self.state, viewer.account());
        Ok(if is_shown { event } else { personal::of_event(event, self.asking.language) })
    }

    async fn body(&self, viewer: &Viewer, public_id: &str) -> Result<Option<Vec<u8>>, AppError> {
        personal::ask(&self.state, viewer.account())?;
        let logged = self.state.store.logged_event(public_id).await.map_err(internal)?;
        let event = logged.first().ok_or(AppError::NotFound)?.event;
        self.state.store.payload(event).await.or_else(unreadable)
    }

    async fn delivery(&self, viewer: &Viewer, id: i64) -> Result<DeliveryDetail, AppError> {
        let logged = self.state.store.logged(id).await.map_err(internal)?.ok_or(AppError::NotFound)?;
        let detail = self.detail(id, logged).await?;
        let is_shown = personal::is_shown(&self.state, viewer.account());
        Ok(if is_shown { detail } else { personal::of_delivery(detail, self.asking.language) })
    }

    async fn replay(&self, operator: &Operator, ids: &[i64], how: ReplayAs) -> Result<Vec<Handled>, AppError> {
        let ids = self.chosen(ids)?;
        let by = self.by(operator.account());
        let handled = self.state.replays.replay(&ids, how, &by).await.map_err(internal)?;
        note(operator, "replayed", &handled);
        Ok(handled)
    }

    async fn cancel(&self, operator: &Operator, ids: &[i64]) -> Result<Vec<Handled>, AppError> {
        let ids = self.chosen(ids)?;
        let by = self.by(operator.account());
        let handled = self.state.replays.cancel(&ids, &by).await.map_err(internal)?;
        note(operator, "called off", &handled);
        Ok(handled)
    }

    async fn count(&self, _viewer: &Viewer, matching: &Matching) -> Result<u64, AppError> {
        self.state.store.count_matching(matching).await.map_err(internal)
    }

    async fn begin_bulk(&self, operator: &Operator, kind: BulkKind, matching: &Matching) -> Result<i64, AppError> {
        let by = self.by(operator.account());
        let begun = self.state.replays.begin(kind, matching, &by).await.map_err(internal)?;
        tracing::info!(by = operator.account().id, bulk = begun, ?kind, ?matching, "begun for all that match");
        begun.ok_or_else(|| {
            AppError::field(
                "outcome",
                self.say("С такими доставками этого сделать нельзя.", "That cannot be done to such deliveries."),
            )
        })
    }

    async fn stop_bulk(&self, operator: &Operator, id: i64) -> Result<(), AppError> {
        match self.state.store.stop_bulk(id, &self.by(operator.account()), now()).await {
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
    pub(super) fn filter(&self, query: &LogQuery, zone: TimeZone, limit: i64) -> Result<LogFilter, AppError> {
        let (since, until) = times(query, zone, self.asking.language)?;
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Ok(LogFilter {
            profile: query.profile,
            bot: query.bot,
            outcome: query.outcome,
            cause: query.cause,
            chat: some(&query.chat),
            order: some(&query.order),
            text: some(&query.text),
            since,
            until,
            behind: query.behind,
            limit,
        })
    }

    async fn detail(&self, id: i64, logged: Logged) -> Result<DeliveryDetail, AppError> {
        let attempts = self.state.store.attempts(id).await.map_err(internal)?;
        let parts = self.state.store.parts(id).await.map_err(internal)?.iter().map(Part::html).collect();
        let attempts = attempts.into_iter().map(attempt).collect();
        Ok(DeliveryDetail { row: row(logged, self.asking.language), parts, attempts })
    }

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

/// From when and until when, or what is wrong with how it was asked.
fn times(query: &LogQuery, zone: TimeZone, language: Language) -> Result<(Option<Millis>, Option<Millis>), AppError> {
    query.within(zone, now()).map_err(|name| AppError::field(name, LogWords::of(language).time_unreadable))
}

/// A body that cannot be unpacked is none.
fn unreadable(error: StoreError) -> Result<Option<Vec<u8>>, AppError> {
    match error {
        StoreError::Corrupt(what) => {
            tracing::warn!(%what, "an event's body cannot be read");
            Ok(None)
        }
        error => Err(internal(error)),
    }
}

/// Where a row stands.
pub(super) fn place(row: &LogRow) -> LogPlace {
    LogPlace {
        at: row.received_at,
        event: row.event,
        delivery: row.delivery.as_ref().map_or(0, |delivery| delivery.id),
    }
}

fn note(operator: &Operator, what: &'static str, handled: &[Handled]) {
    let done = handled.iter().filter(|handled| handled.done.is_ok()).count();
    tracing::info!(by = operator.account().id, done, left = handled.len() - done, "deliveries were {what}");
}

fn row(logged: Logged, language: Language) -> LogRow {
    let bot = logged.bot_id;
    let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok()).unwrap_or_default();
    let delivery = logged.delivery.map(|id| LogDelivery {
        id,
        chat: logged.chat,
        parts: (number(logged.part_count), number(logged.parts_sent)),
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
        bot: bot.or(logged.bot_of_event),
        outcome: logged.state.map_or(logged.outcome.into(), Outcome::from),
        http_status: logged.http_status,
        reason: logged.reason.as_deref().and_then(|json| reason(json, language)),
        duplicate_of: logged.duplicate_of.zip(logged.first_public_id),
        delivery,
    }
}

fn reason(json: &str, language: Language) -> Option<String> {
    let reason: Reason = serde_json::from_str(json).ok()?;
    Some(reason.of(language).to_owned())
}

fn attempt(attempt: Attempt) -> AttemptView {
    AttemptView {
        part: attempt.part,
        started_at: attempt.started_at,
        latency: attempt.latency,
        http_status: attempt.http_status,
        sent: attempt.class == AttemptClass::Sent,
        asked: !matches!(attempt.class, AttemptClass::NoToken | AttemptClass::TokenLocked),
        description: attempt.description,
    }
}
