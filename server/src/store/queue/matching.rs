//! The deliveries that a bulk action matches, or the rejected events. The queries name partial indexes, so that other
//! rows are not scanned.

use hookgram::{
    delivery::Outcome,
    replay::{BulkKind, Matching, ReplayAs},
};
use sqlx::{QueryBuilder, Sqlite};

use crate::store::{
    Queue, StoreError,
    names::{quoted, undelivered},
    queue::bulk::Bulk,
};

const STEP: i64 = 16;
/// The number of matching deliveries that a preview shows.
const SHOWN: i64 = 100;

/// Whether this kind of action applies to deliveries with this outcome.
pub(in crate::store) fn fits(kind: BulkKind, outcome: Outcome) -> bool {
    match outcome {
        // A rejected event has no message that could be sent unchanged.
        Outcome::Rejected => kind == BulkKind::Replay(ReplayAs::ItIs),
        Outcome::Waiting | Outcome::Suspended => kind == BulkKind::Cancel,
        Outcome::Failed | Outcome::Uncertain | Outcome::Cancelled => kind != BulkKind::Cancel,
        Outcome::Retrying | Outcome::Delivered | Outcome::Skipped | Outcome::Duplicate => false,
    }
}

/// Selects `what` from the matching deliveries through the partial index of their outcome, or from the matching events
/// for [`Outcome::Rejected`].
fn select(what: &str, matching: &Matching) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    let (table, time) = match matching.outcome {
        Outcome::Rejected => ("events", "received_at"),
        _ => ("deliveries", "created_at"),
    };
    query.push(what).push(" FROM ").push(table).push(" INDEXED BY ");
    match matching.outcome {
        Outcome::Rejected => {
            query.push(concat!(
                "events_not_accepted WHERE outcome <> ",
                quoted!(EventOutcome::Accepted),
                " AND outcome = ",
                quoted!(EventOutcome::Rejected),
                " AND profile_id IS NOT NULL
                 AND EXISTS (SELECT 1 FROM payloads WHERE event_id = events.id)
                 AND NOT EXISTS (SELECT 1 FROM events r WHERE r.replay_of = events.id)"
            ));
        }
        Outcome::Waiting => {
            query.push(concat!(
                "deliveries_lane WHERE finished_at IS NULL AND state <> ",
                quoted!(DeliveryState::Suspended)
            ));
            query.push(concat!(
                " AND state IN (",
                quoted!(DeliveryState::Waiting),
                ", ",
                quoted!(DeliveryState::Retrying),
                ")"
            ));
        }
        Outcome::Suspended => {
            query.push(concat!("deliveries_parked WHERE state = ", quoted!(DeliveryState::Suspended)));
        }
        outcome => {
            query.push(concat!("deliveries_undelivered WHERE state IN ", undelivered!()));
            query.push(" AND state = ").push_bind(outcome.name());
            query.push(" AND NOT EXISTS (SELECT 1 FROM deliveries r WHERE r.replay_of = deliveries.id)");
        }
    }
    if let Some(profile) = matching.profile {
        query.push(" AND profile_id = ").push_bind(profile);
    }
    if let Some(cause) = matching.cause.filter(|_| matching.outcome != Outcome::Rejected) {
        query.push(" AND cause = ").push_bind(cause.name());
    }
    if let Some(since) = matching.since {
        query.push(" AND ").push(time).push(" >= ").push_bind(since);
    }
    if let Some(until) = matching.until {
        query.push(" AND ").push(time).push(" < ").push_bind(until);
    }
    query
}

/// The deliveries, or events, of the next step. Waiting deliveries are ordered with the last of each chat first, so
/// that cancelling some does not make another one a head that is sent before it is cancelled.
pub(in crate::store) fn candidates(bulk: &Bulk) -> QueryBuilder<Sqlite> {
    let mut query = select("id", &bulk.matching);
    query.push(" AND id <= ").push_bind(bulk.newest);
    match bulk.matching.outcome {
        Outcome::Waiting => query.push(" ORDER BY lane DESC, chat DESC, id DESC"),
        Outcome::Suspended => &mut query,
        _ => query.push(" AND id > ").push_bind(bulk.place).push(" ORDER BY id"),
    };
    query.push(" LIMIT ").push_bind(STEP);
    query
}

pub(in crate::store) fn count(matching: &Matching) -> QueryBuilder<Sqlite> {
    select("count(*)", matching)
}

impl Queue {
    /// The number of matching deliveries.
    pub async fn count_matching(&self, matching: &Matching) -> Result<u64, StoreError> {
        let count: i64 = count(matching).build_query_scalar().fetch_one(&self.read).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The ids of up to a hundred matching deliveries.
    pub async fn first_matching(&self, matching: &Matching) -> Result<Vec<i64>, StoreError> {
        let mut query = select("id", matching);
        query.push(" LIMIT ").push_bind(SHOWN);
        Ok(query.build_query_scalar().fetch_all(&self.read).await?)
    }
}
