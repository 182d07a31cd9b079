//! Deliveries: the log, and what can be done with what did not arrive.

use async_trait::async_trait;
use hookgram::{
    log_query::LogQuery,
    replay::{BulkKind, BulkProgress, Handled, Matching, ReplayAs},
    values::TimeZone,
};

use crate::{
    error::AppError,
    session::{Operator, Viewer},
    views::{Chart, DeliveryDetail, EventDetail, LogPage},
};

/// Deliveries.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// A page of the log, newest first; `zone` is that of the query's times.
    async fn log(&self, viewer: &Viewer, query: &LogQuery, zone: TimeZone) -> Result<LogPage, AppError>;
    /// Outcomes over the query's time, of its profile or of all; a week where it names no time.
    async fn chart(&self, viewer: &Viewer, query: &LogQuery, zone: TimeZone) -> Result<Chart, AppError>;
    /// One event with all that became of it, by its public id.
    async fn event(&self, viewer: &Viewer, public_id: &str) -> Result<EventDetail, AppError>;
    /// The body of an event, as it came; `None`: it is not kept.
    async fn body(&self, viewer: &Viewer, public_id: &str) -> Result<Option<Vec<u8>>, AppError>;
    /// One delivery with every attempt.
    async fn delivery(&self, viewer: &Viewer, id: i64) -> Result<DeliveryDetail, AppError>;
    /// Replays these very deliveries, also such as have arrived; at most 200. Whoever clicks twice replays once.
    async fn replay(&self, operator: &Operator, ids: &[i64], how: ReplayAs) -> Result<Vec<Handled>, AppError>;
    /// Calls off these deliveries, as far as they still wait; at most 200.
    async fn cancel(&self, operator: &Operator, ids: &[i64]) -> Result<Vec<Handled>, AppError>;
    /// How many deliveries match.
    async fn count(&self, viewer: &Viewer, matching: &Matching) -> Result<u64, AppError>;
    /// Begins to do something to all that match, in the background; answers with its id. [`AppError::Invalid`] where
    /// that cannot be done to such as match.
    async fn begin_bulk(&self, operator: &Operator, kind: BulkKind, matching: &Matching) -> Result<i64, AppError>;
    /// Stops it: what has been done stays done.
    async fn stop_bulk(&self, operator: &Operator, id: i64) -> Result<(), AppError>;
    /// How far it has come.
    async fn bulk(&self, viewer: &Viewer, id: i64) -> Result<BulkProgress, AppError>;
    /// The latest ones, newest first.
    async fn bulks(&self, viewer: &Viewer) -> Result<Vec<BulkProgress>, AppError>;
}
