//! The audit log. Entries are added, read, and deleted after the retention period. Triggers reject any other change.
//!
//! Only the store can add entries. Each method that makes a change on a person's behalf takes [`By`] and calls `record`
//! in its own transaction. `audited_tests.rs` finds methods that do not.

mod entry;

use crate::{
    store::Audit,
    time::{Millis, now},
};
use hookgram::{
    audit::{AuditAction, AuditObject},
    replay::Handled,
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

pub(in crate::store) use self::entry::Entry;
pub(crate) use self::entry::profile_changes;
pub use self::entry::{AuditRecord, By, COMMAND_LINE, Change};
use super::{StoreError, db::Db};

const SWEPT: i64 = 64;

/// The filter and the position of a page of the audit log.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only entries of this e-mail address, ignoring case; empty for the command line.
    pub who: Option<String>,
    /// Only entries with this action.
    pub action: Option<AuditAction>,
    /// Only entries about this kind of object.
    pub kind: Option<AuditObject>,
    /// Only entries about objects whose name contains this text.
    pub object: Option<String>,
    /// Only entries from this time on.
    pub since: Option<Millis>,
    /// Only entries from before this time.
    pub until: Option<Millis>,
    /// Only entries older than the one with this id.
    pub behind: Option<i64>,
    /// The maximum number of entries.
    pub limit: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    at: i64,
    actor: String,
    address: Option<String>,
    action: String,
    kind: String,
    object: String,
    object_id: Option<i64>,
    changes: String,
}

impl Row {
    fn read(self) -> Result<AuditRecord, StoreError> {
        let changes: Vec<(String, String, String)> =
            serde_json::from_str(&self.changes).map_err(|_| StoreError::corrupt("audit.changes"))?;
        Ok(AuditRecord {
            id: self.id,
            at: self.at,
            by: By { who: self.actor, address: self.address },
            action: AuditAction::parse(&self.action),
            kind: AuditObject::parse(&self.kind),
            object: self.object,
            object_id: self.object_id,
            changes: changes.into_iter().map(|(what, from, to)| Change { what, from, to }).collect(),
        })
    }
}

/// Adds an entry in the transaction of the change that it describes.
pub(in crate::store) async fn record(tx: &mut SqliteConnection, entry: &Entry<'_>) -> Result<(), StoreError> {
    let changes: Vec<(&str, &str, &str)> =
        entry.changes.iter().map(|change| (change.what.as_str(), change.from.as_str(), change.to.as_str())).collect();
    let changes = serde_json::to_string(&changes).map_err(|_| StoreError::corrupt("audit.changes"))?;
    sqlx::query(
        "INSERT INTO audit (at, actor, address, action, kind, object, object_id, changes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(now())
    .bind(&entry.by.who)
    .bind(&entry.by.address)
    .bind(entry.action.name())
    .bind(entry.action.object().name())
    .bind(&entry.object)
    .bind(entry.id)
    .bind(changes)
    .execute(tx)
    .await?;
    Ok(())
}

/// Records one entry for an action on selected deliveries, or none if the action was refused for all of them.
pub(in crate::store) async fn record_handled(
    tx: &mut SqliteConnection,
    by: &By,
    action: AuditAction,
    handled: &[Handled],
) -> Result<(), StoreError> {
    let done: Vec<String> = handled.iter().filter(|one| one.done.is_ok()).map(|one| one.id.to_string()).collect();
    if done.is_empty() {
        return Ok(());
    }
    let changes = vec![Change::new("count", "", done.len().to_string()), Change::new("ids", "", done.join(", "))];
    record(tx, &Entry::new(by, action).with(changes)).await
}

impl Db {
    /// Records an action that changes nothing else in the store.
    pub(in crate::store) async fn note(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        record(&mut *self.write.acquire().await?, entry).await
    }
}

impl Audit {
    /// Records that the log was exported: the file's name, and the filter as in the query of the page's URL.
    pub async fn note_log_export(&self, file: &str, filter: &str, by: &By) -> Result<(), StoreError> {
        let changes = vec![Change::new("filter", "", filter)];
        self.note(&Entry::new(by, AuditAction::LogExported).to(file, None).with(changes)).await
    }

    /// Records that a test mail was requested, and the mail server's reply.
    pub async fn note_mail_test(&self, answer: &str, by: &By) -> Result<(), StoreError> {
        self.note(&Entry::new(by, AuditAction::MailTested).with(vec![Change::new("answer", "", answer)])).await
    }

    /// The entries that match the filter, newest first.
    pub async fn audited(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT id, at, actor, address, action, kind, object, object_id, changes FROM audit WHERE true",
        );
        if let Some(who) = &filter.who {
            query.push(" AND actor = ").push_bind(who);
        }
        if let Some(action) = filter.action {
            query.push(" AND action = ").push_bind(action.name());
        }
        if let Some(kind) = filter.kind {
            query.push(" AND kind = ").push_bind(kind.name());
        }
        if let Some(object) = &filter.object {
            query.push(" AND instr(object, ").push_bind(object).push(") > 0");
        }
        if let Some(since) = filter.since {
            query.push(" AND at >= ").push_bind(since);
        }
        if let Some(until) = filter.until {
            query.push(" AND at < ").push_bind(until);
        }
        if let Some(behind) = filter.behind {
            query.push(" AND id < ").push_bind(behind);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&self.read).await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Deletes some of the entries from before `before`. Returns whether any may be left.
    ///
    /// # Errors
    ///
    /// If the entries are younger than the minimum retention, a trigger rejects the deletion.
    pub async fn delete_old_audit(&self, before: Millis) -> Result<bool, StoreError> {
        let old = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)";
        let done = sqlx::query(old).bind(before).bind(SWEPT).execute(&self.write).await?;
        Ok(i64::try_from(done.rows_affected()).unwrap_or_default() == SWEPT)
    }
}
