//! Bulk actions: replay or cancel all matching deliveries, a few at a time. The progress is stored, so that an action
//! continues after a restart, and two processes do not execute the same step twice.

use std::collections::BTreeMap;

use hookgram::{
    audit::AuditAction,
    delivery::{FailureCause, Outcome},
    replay::{BulkKind, BulkProgress, Handled, Matching, ReplayAs, ReplayError},
};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Queue, StoreError,
        audit::{self, By, Change, Entry},
        names::MaybeNamed,
        queue::matching::{candidates, count, fits},
    },
    time::Millis,
};

/// The maximum number of bulk actions on a page, latest first.
const SHOWN: i64 = 20;

/// A running bulk action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Its id.
    pub id: i64,
    /// The kind of action.
    pub kind: BulkKind,
    /// The deliveries to which the action applies, or the events if their outcome is [`Outcome::Rejected`].
    pub matching: Matching,
    pub(in crate::store) newest: i64,
    pub(in crate::store) place: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    outcome: String,
    profile_id: Option<i64>,
    #[sqlx(try_from = "MaybeNamed<FailureCause>")]
    cause: Option<FailureCause>,
    since: Option<Millis>,
    until: Option<Millis>,
    newest: i64,
    place: i64,
    total: i64,
    done: i64,
    refused: String,
    asked_by: String,
    created_at: Millis,
    finished_at: Option<Millis>,
    stopped: bool,
}

fn kind_name(kind: BulkKind) -> &'static str {
    match kind {
        BulkKind::Replay(ReplayAs::ItWas) => "replay_as_was",
        BulkKind::Replay(ReplayAs::ItIs) => "replay_as_is",
        BulkKind::Cancel => "cancel",
    }
}

fn kind_of(name: &str) -> Result<BulkKind, StoreError> {
    match name {
        "replay_as_was" => Ok(BulkKind::Replay(ReplayAs::ItWas)),
        "replay_as_is" => Ok(BulkKind::Replay(ReplayAs::ItIs)),
        "cancel" => Ok(BulkKind::Cancel),
        _ => Err(StoreError::corrupt("bulk_actions.kind")),
    }
}

impl Queue {
    /// Starts a bulk action and returns its id, or the id of the same action if it is already running. Returns `None`
    /// if this kind of action does not apply to deliveries with this outcome.
    pub async fn begin_bulk(
        &self,
        kind: BulkKind,
        matching: &Matching,
        by: &By,
        now: Millis,
    ) -> Result<Option<i64>, StoreError> {
        if !fits(kind, matching.outcome) {
            return Ok(None);
        }
        let (outcome, cause) = (matching.outcome.name(), matching.cause.map(FailureCause::name));
        // Counting may take a moment, so it happens before the write transaction.
        let total: i64 = count(matching).build_query_scalar().fetch_one(&self.read).await?;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let same: Option<i64> = sqlx::query_scalar(
            "SELECT id FROM bulk_actions WHERE finished_at IS NULL AND kind = ?1 AND outcome = ?2 AND profile_id IS ?3
             AND cause IS ?4 AND since IS ?5 AND until IS ?6",
        )
        .bind(kind_name(kind))
        .bind(outcome)
        .bind(matching.profile)
        .bind(cause)
        .bind(matching.since)
        .bind(matching.until)
        .fetch_optional(&mut *tx)
        .await?;
        if same.is_some() {
            return Ok(same);
        }
        let id = sqlx::query_scalar(
            "INSERT INTO bulk_actions (kind, outcome, profile_id, cause, since, until, newest, total, asked_by, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6,
             iif(?2 = ?10, (SELECT coalesce(max(id), 0) FROM events), (SELECT coalesce(max(id), 0) FROM deliveries)),
             ?7, ?8, ?9) RETURNING id",
        )
        .bind(kind_name(kind))
        .bind(outcome)
        .bind(matching.profile)
        .bind(cause)
        .bind(matching.since)
        .bind(matching.until)
        .bind(total)
        .bind(&by.who)
        .bind(now)
        .bind(Outcome::Rejected.name())
        .fetch_one(&mut *tx)
        .await?;
        let action = if kind == BulkKind::Cancel { AuditAction::Cancelled } else { AuditAction::Replayed };
        let mut changes = vec![Change::new("how", "", kind_name(kind)), Change::new("outcome", "", outcome)];
        changes.extend(cause.map(|cause| Change::new("cause", "", cause)));
        changes.push(Change::new("count", "", total.to_string()));
        let name: Option<String> = sqlx::query_scalar("SELECT name FROM profiles WHERE id = ?1")
            .bind(matching.profile)
            .fetch_optional(&mut *tx)
            .await?;
        let entry = Entry::new(by, action).to(&name.unwrap_or_default(), matching.profile).with(changes);
        audit::record(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// The oldest bulk action that is not finished.
    pub async fn open_bulk(&self) -> Result<Option<Bulk>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM bulk_actions WHERE finished_at IS NULL ORDER BY id LIMIT 1")
                .fetch_optional(&self.read)
                .await?;
        row.map(Row::bulk).transpose()
    }

    /// The deliveries of the next step. If there are none, the action is complete.
    pub async fn bulk_step(&self, bulk: &Bulk) -> Result<Vec<i64>, StoreError> {
        Ok(candidates(bulk).build_query_scalar().fetch_all(&self.read).await?)
    }

    /// Records a step of a bulk action on events, each of which was replayed in a commit of its own. Does nothing if
    /// the action was stopped, or another process has recorded this step.
    pub async fn record_step(&self, bulk: &Bulk, handled: &[Handled]) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if advance(&mut tx, bulk, handled).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends a completed bulk action.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if it is not under way.
    pub async fn finish_bulk(&self, id: i64, now: Millis) -> Result<(), StoreError> {
        end(&mut *self.write.acquire().await?, id, false, now).await
    }

    /// Stops a bulk action before it is complete.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if it is not under way.
    pub async fn stop_bulk(&self, id: i64, by: &By, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        end(&mut tx, id, true, now).await?;
        audit::record(&mut tx, &Entry::new(by, AuditAction::BulkStopped).to("", id)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The progress of a bulk action.
    pub async fn bulk(&self, id: i64) -> Result<Option<BulkProgress>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM bulk_actions WHERE id = ?1").bind(id).fetch_optional(&self.read).await?;
        row.map(Row::progress).transpose()
    }

    /// The latest bulk actions, newest first.
    pub async fn bulks(&self) -> Result<Vec<BulkProgress>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM bulk_actions ORDER BY id DESC LIMIT ?1")
            .bind(SHOWN)
            .fetch_all(&self.read)
            .await?;
        rows.into_iter().map(Row::progress).collect()
    }
}

async fn end(tx: &mut SqliteConnection, id: i64, stopped: bool, now: Millis) -> Result<(), StoreError> {
    let ended = "UPDATE bulk_actions SET finished_at = ?2, stopped = ?3 WHERE id = ?1 AND finished_at IS NULL";
    let done = sqlx::query(ended).bind(id).bind(now).bind(stopped).execute(tx).await?;
    if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Records the progress of a step in the step's own transaction. Returns false if the step must not be committed,
/// because the action was stopped or another process has already executed this step.
pub(in crate::store) async fn advance(
    tx: &mut SqliteConnection,
    bulk: &Bulk,
    handled: &[Handled],
) -> Result<bool, StoreError> {
    let refused: Option<String> =
        sqlx::query_scalar("SELECT refused FROM bulk_actions WHERE id = ?1 AND place = ?2 AND finished_at IS NULL")
            .bind(bulk.id)
            .bind(bulk.place)
            .fetch_optional(&mut *tx)
            .await?;
    let Some(refused) = refused else { return Ok(false) };
    let mut refused = counts(&refused)?;
    let place = match bulk.kind {
        BulkKind::Replay(_) => {
            for refusal in handled.iter().filter_map(|handled| handled.done.err()) {
                *refused.entry(refusal.name().to_owned()).or_default() += 1;
            }
            handled.iter().map(|handled| handled.id).max().unwrap_or(bulk.place)
        }
        // A cancelled delivery no longer matches, so `place` counts the steps instead of ids. A delivery that could not
        // be cancelled is being sent. Afterwards it is finished, or it waits again and matches in a later step.
        BulkKind::Cancel => bulk.place + 1,
    };
    sqlx::query("UPDATE bulk_actions SET place = ?2, done = done + ?3, refused = ?4 WHERE id = ?1")
        .bind(bulk.id)
        .bind(place)
        .bind(i64::try_from(handled.iter().filter(|handled| handled.done.is_ok()).count()).unwrap_or(i64::MAX))
        .bind(serde_json::to_string(&refused).map_err(|_| StoreError::corrupt("bulk_actions.refused"))?)
        .execute(tx)
        .await?;
    Ok(true)
}

fn counts(refused: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    serde_json::from_str(refused).map_err(|_| StoreError::corrupt("bulk_actions.refused"))
}

impl Row {
    fn matching(&self) -> Result<Matching, StoreError> {
        Ok(Matching {
            outcome: Outcome::parse(&self.outcome).ok_or(StoreError::corrupt("bulk_actions.outcome"))?,
            profile: self.profile_id,
            cause: self.cause,
            since: self.since,
            until: self.until,
        })
    }

    fn bulk(self) -> Result<Bulk, StoreError> {
        let (kind, matching) = (kind_of(&self.kind)?, self.matching()?);
        Ok(Bulk { id: self.id, kind, matching, newest: self.newest, place: self.place })
    }

    fn progress(self) -> Result<BulkProgress, StoreError> {
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        let refused = counts(&self.refused)?.into_iter();
        Ok(BulkProgress {
            id: self.id,
            kind: kind_of(&self.kind)?,
            matching: self.matching()?,
            asked_by: self.asked_by,
            created_at: self.created_at,
            total: number(self.total),
            done: number(self.done),
            refused: refused.filter_map(|(name, count)| Some((ReplayError::parse(&name)?, count))).collect(),
            finished_at: self.finished_at,
            stopped: self.stopped,
        })
    }
}
