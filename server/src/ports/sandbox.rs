//! The sandbox.

use app::{error::AppError, ports::Sandbox, session::Viewer, views::SandboxMessage};
use async_trait::async_trait;

use super::{Port, internal};
use crate::ports::personal;

/// Messages that the sandbox's page shows.
const SHOWN: i64 = 200;
#[async_trait]
impl Sandbox for Port {
    async fn messages(&self, viewer: &Viewer, profile: Option<i64>) -> Result<Vec<SandboxMessage>, AppError> {
        let rows = self.state.store.sandbox_messages(profile, SHOWN).await.map_err(internal)?;
        let is_shown = personal::is_shown(&self.state, viewer.account());
        let html = |html| if is_shown { html } else { personal::hidden(self.asking.language) };
        Ok(rows
            .into_iter()
            .map(|row| SandboxMessage {
                id: row.id,
                profile_id: row.profile_id,
                profile: row.profile,
                chat: if is_shown { row.chat } else { personal::masked(&row.chat) },
                html: html(row.html),
                at: row.at,
            })
            .collect())
    }
}
