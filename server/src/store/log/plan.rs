//! The indexes along which a page of the log is read.

use hookgram::{
    delivery::{DeliveryState, FailureCause, Outcome},
    log_query::LogPlace,
    webhook::EventOutcome,
};
use sqlx::{QueryBuilder, Sqlite};

use crate::store::{
    events::messages::{part_count, parts_of},
    log::LogFilter,
    names::{quoted, undelivered},
};

pub(in crate::store) const COLUMNS: &str = concat!(
    "SELECT e.id AS event, e.public_id, e.received_at, e.order_number, e.event_type, e.profile_id,
    iif(p.deleted_at IS NULL, p.name, '') AS profile, d.bot_id, e.bot_id AS bot_of_event, e.field_name, e.outcome, e.http_status, e.reason, e.duplicate_of,
    f.public_id AS first_public_id, d.id AS delivery, d.state, d.chat, iif(json_valid(",
    parts_of!("d"),
    "), ",
    part_count!(parts_of!("d")),
    ", 0) AS part_count, d.parts_sent, d.attempts, d.cause,
    d.last_error, d.sandbox, d.unsure, d.next_attempt_at, d.finished_at, d.replay_of,
    (SELECT r.id FROM deliveries r WHERE r.replay_of = d.id) AS replaced_by,
    (SELECT r.public_id FROM events r WHERE r.replay_of = e.id) AS replayed_as,
    (SELECT o.public_id FROM events o WHERE o.id = e.replay_of) AS replayed_event,
    w.name AS person, w.phone,
    (SELECT c.first_name || ' ' || c.last_name FROM customers c WHERE c.id = d.chat) AS customer FROM "
);
/// SQL: the joins for the other data of a row, which include the participant as a person. A duplicate uses the
/// participants of the first copy, and an event without deliveries its first participant.
pub(in crate::store) const NAMES: &str =
    " LEFT JOIN profiles p ON p.id = e.profile_id LEFT JOIN events f ON f.id = e.duplicate_of
    LEFT JOIN people w ON w.event_id = coalesce(e.duplicate_of, e.id) AND w.participant = coalesce(d.participant,
        (SELECT min(x.participant) FROM people x WHERE x.event_id = coalesce(e.duplicate_of, e.id))) WHERE ";

/// The index along which the rows of a page are read, newest first.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum QueryPlan {
    /// All events, or those with a delivery that has arrived.
    Events {
        delivered: bool,
    },
    Bot,
    Order,
    Chat,
    Cause,
    /// The finished deliveries in this state, other than delivered.
    Undelivered(DeliveryState),
    UndeliveredOf(DeliveryState),
    /// Unfinished deliveries that are not suspended.
    Open,
    Suspended,
    /// The events with this outcome that were not accepted.
    NotAccepted(EventOutcome),
}

impl QueryPlan {
    /// The narrowest plans that together find all rows that match the filter.
    pub(in crate::store) fn of(filter: &LogFilter) -> Vec<Self> {
        if filter.order.is_some() {
            return vec![Self::Order];
        }
        if filter.chat.is_some() {
            return vec![Self::Chat];
        }
        if filter.cause.is_some() {
            return vec![Self::Cause];
        }
        let undelivered =
            |state| if filter.profile.is_some() { Self::UndeliveredOf(state) } else { Self::Undelivered(state) };
        match filter.outcome {
            None | Some(Outcome::Delivered) if filter.bot.is_some() => vec![Self::Bot],
            None => vec![Self::Events { delivered: false }],
            Some(Outcome::Delivered) => vec![Self::Events { delivered: true }],
            Some(Outcome::Waiting | Outcome::Retrying) => vec![Self::Open],
            Some(Outcome::Suspended) => vec![Self::Suspended],
            Some(Outcome::Failed) => vec![undelivered(DeliveryState::Failed)],
            Some(Outcome::Uncertain) => vec![undelivered(DeliveryState::Uncertain)],
            Some(Outcome::Cancelled) => vec![undelivered(DeliveryState::Cancelled)],
            Some(Outcome::Rejected) => vec![Self::NotAccepted(EventOutcome::Rejected)],
            Some(Outcome::Duplicate) => vec![Self::NotAccepted(EventOutcome::Duplicate)],
            Some(Outcome::Skipped) => {
                vec![Self::NotAccepted(EventOutcome::Skipped), undelivered(DeliveryState::Skipped)]
            }
        }
    }

    fn is_along_events(self) -> bool {
        matches!(self, Self::Events { .. } | Self::Bot | Self::Order | Self::NotAccepted(_))
    }

    fn lead(self, query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
        match self {
            // CROSS fixes the order of the loops. In the other order, SQLite would sort all delivered messages.
            Self::Events { delivered: true } => query.push("events e CROSS JOIN deliveries d ON d.event_id = e.id"),
            Self::Events { delivered: false } => query.push("events e LEFT JOIN deliveries d ON d.event_id = e.id"),
            Self::Bot => query.push("events e INDEXED BY events_of_bots LEFT JOIN deliveries d ON d.event_id = e.id"),
            Self::Order => {
                query.push("events e INDEXED BY events_by_order LEFT JOIN deliveries d ON d.event_id = e.id")
            }
            // A delivery that was later created by a replay has a row of its own, so the join must match none (no
            // delivery has the id 0).
            Self::NotAccepted(_) => query.push("events e LEFT JOIN deliveries d ON d.id = 0"),
            Self::Chat => query.push(DELIVERIES).push("deliveries_by_chat").push(THEIR_EVENTS),
            Self::Cause => query.push(DELIVERIES).push("deliveries_by_cause").push(THEIR_EVENTS),
            Self::Undelivered(_) => query.push(DELIVERIES).push("deliveries_undelivered").push(THEIR_EVENTS),
            Self::UndeliveredOf(_) => {
                query.push(DELIVERIES).push("deliveries_undelivered_by_profile").push(THEIR_EVENTS)
            }
            Self::Open => query.push(DELIVERIES).push("deliveries_lane").push(THEIR_EVENTS),
            Self::Suspended => query.push(DELIVERIES).push("deliveries_parked").push(THEIR_EVENTS),
        };
        query.push(NAMES);
        match self {
            Self::Events { .. } => query.push("true"),
            Self::Bot => query.push("e.profile_id IS NULL"),
            Self::Order => query.push("e.order_number = ").push_bind(filter.order.clone()),
            Self::Chat => query.push("d.chat = ").push_bind(filter.chat.clone()),
            Self::Cause => query.push("d.cause = ").push_bind(filter.cause.map(FailureCause::name)),
            Self::NotAccepted(outcome) => query
                .push(concat!("e.outcome <> ", quoted!(EventOutcome::Accepted), " AND e.outcome = "))
                .push_bind(outcome.name()),
            Self::Undelivered(state) | Self::UndeliveredOf(state) => {
                query.push(concat!("d.state IN ", undelivered!(), " AND d.state = ")).push_bind(state.name())
            }
            Self::Open => {
                query.push(concat!("d.finished_at IS NULL AND d.state <> ", quoted!(DeliveryState::Suspended)))
            }
            Self::Suspended => query.push(concat!("d.state = ", quoted!(DeliveryState::Suspended))),
        };
        if let Some(profile) = filter.profile {
            query.push(if self.is_along_events() { " AND e.profile_id = " } else { " AND d.profile_id = " });
            query.push_bind(profile);
        }
    }

    fn behind(self, query: &mut QueryBuilder<Sqlite>, place: LogPlace) {
        match self {
            Self::Events { .. } | Self::Bot => {
                query.push(" AND (e.received_at, e.id) <= (").push_bind(place.at).push(", ").push_bind(place.event);
                query.push(") AND ((e.received_at, e.id) < (").push_bind(place.at).push(", ").push_bind(place.event);
                query.push(") OR coalesce(d.id, 0) < ").push_bind(place.delivery).push(")");
            }
            Self::NotAccepted(_) => {
                query.push(" AND e.id < ").push_bind(place.event);
            }
            // Rows with and without a delivery are mixed, so the event's id comes first. Skipped deliveries are created
            // with their event, so they have the same order.
            Self::Order | Self::Undelivered(DeliveryState::Skipped) | Self::UndeliveredOf(DeliveryState::Skipped) => {
                query.push(" AND e.id <= ").push_bind(place.event).push(" AND (e.id < ").push_bind(place.event);
                query.push(" OR coalesce(d.id, 0) < ").push_bind(place.delivery).push(")");
            }
            // The position is an event: the search for a number found an event without deliveries, or stopped at an
            // event.
            Self::Chat if place.delivery == 0 => {
                query.push(" AND d.event_id < ").push_bind(place.event);
            }
            Self::Chat | Self::Cause | Self::Undelivered(_) | Self::UndeliveredOf(_) | Self::Open | Self::Suspended => {
                query.push(" AND d.id < ").push_bind(place.delivery);
            }
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Events { .. } | Self::Bot => " ORDER BY e.received_at DESC, e.id DESC, d.id DESC",
            Self::Order => " ORDER BY e.id DESC, d.id DESC",
            Self::NotAccepted(_) => " ORDER BY e.id DESC",
            _ => " ORDER BY d.id DESC",
        }
    }
}

const DELIVERIES: &str = "deliveries d INDEXED BY ";
const THEIR_EVENTS: &str = " CROSS JOIN events e ON e.id = d.event_id";

/// The ids of the first rows within the filter's time limits. Ids of deliveries and events increase with time.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Bounds {
    pub(in crate::store) delivery: (Option<i64>, Option<i64>),
    pub(in crate::store) event: (Option<i64>, Option<i64>),
}

pub(in crate::store) fn statement(way: QueryPlan, filter: &LogFilter, bounds: Bounds) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(COLUMNS);
    way.lead(&mut query, filter);
    if let Some(place) = filter.behind {
        way.behind(&mut query, place);
    }
    if matches!(way, QueryPlan::Events { .. } | QueryPlan::Bot) {
        time(&mut query, "e.received_at", (filter.since, filter.until));
    } else if way.is_along_events() {
        time(&mut query, "e.id", bounds.event);
        time(&mut query, "e.received_at", (filter.since, filter.until));
    } else {
        time(&mut query, "d.id", bounds.delivery);
    }
    narrow(&mut query, filter);
    query.push(way.order()).push(" LIMIT ").push_bind(filter.limit);
    query
}

pub(in crate::store) fn time(
    query: &mut QueryBuilder<Sqlite>,
    column: &'static str,
    (since, until): (Option<i64>, Option<i64>),
) {
    if let Some(since) = since {
        query.push(" AND ").push(column).push(" >= ").push_bind(since);
    }
    if let Some(until) = until {
        query.push(" AND ").push(column).push(" < ").push_bind(until);
    }
}

/// Appends the conditions of the filter to a query that reads events in the order of their ids.
pub(in crate::store) fn narrow_events(query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
    if let Some(place) = filter.behind {
        query.push(" AND (e.id < ").push_bind(place.event).push(" OR coalesce(d.id, 0) < ");
        query.push_bind(place.delivery).push(")");
    }
    if let Some(profile) = filter.profile {
        query.push(" AND e.profile_id = ").push_bind(profile);
    }
    time(query, "e.received_at", (filter.since, filter.until));
    narrow(query, filter);
}

pub(in crate::store) fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
    if let Some(bot) = filter.bot {
        query.push(" AND e.profile_id IS NULL AND e.bot_id = ").push_bind(bot);
    }
    if let Some(cause) = filter.cause {
        query.push(" AND d.cause = ").push_bind(cause.name());
    }
    if let Some(chat) = &filter.chat {
        query.push(" AND d.chat = ").push_bind(chat.clone());
    }
    if let Some(order) = &filter.order {
        query.push(" AND e.order_number = ").push_bind(order.clone());
    }
    query.push(match filter.outcome {
        None => "",
        Some(Outcome::Delivered) => concat!(" AND d.state = ", quoted!(DeliveryState::Delivered)),
        Some(Outcome::Waiting) => {
            concat!(" AND d.state IN (", quoted!(DeliveryState::Waiting), ", ", quoted!(DeliveryState::Sending), ")")
        }
        Some(Outcome::Retrying) => concat!(" AND d.state = ", quoted!(DeliveryState::Retrying)),
        Some(Outcome::Suspended) => concat!(" AND d.state = ", quoted!(DeliveryState::Suspended)),
        Some(Outcome::Failed) => concat!(" AND d.state = ", quoted!(DeliveryState::Failed)),
        Some(Outcome::Uncertain) => concat!(" AND d.state = ", quoted!(DeliveryState::Uncertain)),
        Some(Outcome::Cancelled) => concat!(" AND d.state = ", quoted!(DeliveryState::Cancelled)),
        Some(Outcome::Rejected) => concat!(" AND d.id IS NULL AND e.outcome = ", quoted!(EventOutcome::Rejected)),
        Some(Outcome::Duplicate) => concat!(" AND d.id IS NULL AND e.outcome = ", quoted!(EventOutcome::Duplicate)),
        Some(Outcome::Skipped) => concat!(
            " AND (d.state = ",
            quoted!(DeliveryState::Skipped),
            " OR d.id IS NULL AND e.outcome = ",
            quoted!(EventOutcome::Skipped),
            ")"
        ),
    });
}
