//! Deliveries that match: in terms of the indexes, so that what does not match is not gone through.

use app::views::{BulkKind, Matching, Outcome};
use sqlx::{QueryBuilder, Sqlite};

use super::{Store, StoreError, bulk::Bulk};

/// Deliveries in one step.
const STEP: i64 = 16;
/// The first of them, where somebody only wants to see them.
const SHOWN: i64 = 100;

/// The outcomes that deliveries can be chosen by, as they are stored.
const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Failed, "failed"),
    (Outcome::Uncertain, "uncertain"),
    (Outcome::Cancelled, "cancelled"),
    (Outcome::Waiting, "waiting"),
    (Outcome::Parked, "parked"),
];

/// The outcome of a stored name.
pub(super) fn outcome_of(name: &str) -> Option<Outcome> {
    OUTCOMES.iter().find(|(_, known)| *known == name).map(|(outcome, _)| *outcome)
}

/// The name of an outcome, if something of this kind can be done to deliveries that have it.
pub(super) fn fits(kind: BulkKind, outcome: Outcome) -> Option<&'static str> {
    let waits = matches!(outcome, Outcome::Waiting | Outcome::Parked);
    let name = OUTCOMES.iter().find(|(known, _)| *known == outcome).map(|(_, name)| *name);
    name.filter(|_| waits == (kind == BulkKind::Cancel))
}

/// What is selected of the deliveries that match, through the index that holds no others.
fn select(what: &str, matching: &Matching) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(what).push(" FROM deliveries INDEXED BY ");
    match matching.outcome {
        Outcome::Waiting => {
            query.push("deliveries_lane WHERE finished_at IS NULL AND state <> 'parked'");
            query.push(" AND state IN ('waiting', 'retrying')");
        }
        Outcome::Parked => {
            query.push("deliveries_parked WHERE state = 'parked'");
        }
        outcome => {
            let name = OUTCOMES.iter().find(|(known, _)| *known == outcome).map_or("", |(_, name)| *name);
            query.push("deliveries_undelivered WHERE state IN ('failed', 'uncertain', 'cancelled', 'skipped')");
            query.push(" AND state = ").push_bind(name);
            query.push(" AND NOT EXISTS (SELECT 1 FROM deliveries r WHERE r.replay_of = deliveries.id)");
        }
    }
    if let Some(profile) = matching.profile {
        query.push(" AND profile_id = ").push_bind(profile);
    }
    if let Some(cause) = &matching.cause {
        query.push(" AND cause = ").push_bind(cause.clone());
    }
    if let Some(since) = matching.since {
        query.push(" AND created_at >= ").push_bind(since);
    }
    if let Some(until) = matching.until {
        query.push(" AND created_at < ").push_bind(until);
    }
    query
}

/// The next of those that match; of those that wait the last of each chat first, so that none becomes a head in between.
pub(super) fn candidates(bulk: &Bulk) -> QueryBuilder<Sqlite> {
    let mut query = select("id", &bulk.matching);
    query.push(" AND id <= ").push_bind(bulk.newest);
    match bulk.matching.outcome {
        Outcome::Waiting => query.push(" ORDER BY lane DESC, chat DESC, id DESC"),
        Outcome::Parked => &mut query,
        _ => query.push(" AND id > ").push_bind(bulk.place).push(" ORDER BY id"),
    };
    query.push(" LIMIT ").push_bind(STEP);
    query
}

pub(super) fn count(matching: &Matching) -> QueryBuilder<Sqlite> {
    select("count(*)", matching)
}

impl Store {
    /// How many deliveries match.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_matching(&self, matching: &Matching) -> Result<u64, StoreError> {
        let count: i64 = count(matching).build_query_scalar().fetch_one(&self.read).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The ids of the first hundred that match.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn first_matching(&self, matching: &Matching) -> Result<Vec<i64>, StoreError> {
        let mut query = select("id", matching);
        query.push(" LIMIT ").push_bind(SHOWN);
        Ok(query.build_query_scalar().fetch_all(&self.read).await?)
    }
}
