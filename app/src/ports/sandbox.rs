//! The sandbox.

use async_trait::async_trait;

use crate::{error::AppError, session::Viewer, views::SandboxMessage};

/// The sandbox.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// The last messages, oldest first; of one profile, or of all.
    async fn messages(&self, viewer: &Viewer, profile: Option<i64>) -> Result<Vec<SandboxMessage>, AppError>;
}
