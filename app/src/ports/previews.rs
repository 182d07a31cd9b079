//! What the builder's preview asks of a server.

use async_trait::async_trait;

use super::ProfileInput;
use crate::{
    error::AppError,
    session::Viewer,
    views::{Compared, PastEvent},
};

/// Previews.
#[async_trait]
pub trait Previews: Send + Sync {
    /// The stateless endpoint's address without a query; `None` where it is shut.
    fn stateless_endpoint(&self) -> Option<String>;
    /// The last events of a profile whose bodies are kept, newest first.
    async fn past_events(&self, viewer: &Viewer, profile: i64) -> Result<Vec<PastEvent>, AppError>;
    /// The body of one of them. [`AppError::NotFound`] where it is another profile's, or gone.
    async fn payload(&self, viewer: &Viewer, profile: i64, event: i64) -> Result<String, AppError>;
    /// What the last events say with a profile as it is stored, and as it would be.
    async fn compare(&self, viewer: &Viewer, profile: i64, changed: ProfileInput) -> Result<Vec<Compared>, AppError>;
}
