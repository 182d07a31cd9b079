//! The sandbox.

use app::{error::AppError, ports::Sandbox, session::Viewer, views::SandboxMessage};
use async_trait::async_trait;

use super::{Port, internal};

/// Messages that the sandbox's page shows.
const SHOWN: i64 = 200;
#[async_trait]
impl Sandbox for Port {
    async fn messages(&self, _viewer: &Viewer, profile: Option<i64>) -> Result<Vec<SandboxMessage>, AppError> {
        let rows = self.state.store.sandbox_messages(profile, SHOWN).await.map_err(internal)?;
        Ok(rows
            .into_iter()
            .map(|row| SandboxMessage {
                id: row.id,
                profile_id: row.profile_id,
                profile: row.profile,
                chat: row.chat,
                html: row.html,
                at: row.at,
            })
            .collect())
    }
}
