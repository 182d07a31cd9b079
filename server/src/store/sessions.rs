//! Sessions. Only hashes of their tokens are kept.

use app::session::{Account, Role};
use sqlx::FromRow;

use super::{Store, StoreError};
use crate::time::Millis;

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// The hash of its token.
    pub token_hash: &'a [u8],
    /// Whose.
    pub user_id: i64,
    /// Now.
    pub now: Millis,
    /// The latest end, however much it is used.
    pub expires_at: Millis,
    /// The browser, as it calls itself.
    pub user_agent: &'a str,
    /// The address it came from.
    pub address: &'a str,
}

/// A session that has not run out.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Whose.
    pub account: Account,
    /// When it was last used, to the minute.
    pub last_used_at: Millis,
}

#[derive(FromRow)]
struct Row {
    user_id: i64,
    email: String,
    role: String,
    last_used_at: i64,
}

impl Store {
    /// Opens a session and clears away those that have run out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_session(&self, session: NewSession<'_>) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ?1").bind(session.now).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO sessions (token_hash, user_id, created_at, last_used_at, expires_at, user_agent, address)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
        )
        .bind(session.token_hash)
        .bind(session.user_id)
        .bind(session.now)
        .bind(session.expires_at)
        .bind(session.user_agent)
        .bind(session.address)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session of a token's hash, unless it has run out or lain idle for longer than `idle`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn session(&self, hash: &[u8], now: Millis, idle: Millis) -> Result<Option<OpenSession>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.user_id, u.email, u.role, s.last_used_at FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND s.last_used_at > ?3",
        )
        .bind(hash)
        .bind(now)
        .bind(now.saturating_sub(idle))
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let role = Role::parse(&row.role).ok_or(StoreError::Corrupt("users.role"))?;
        let account = Account { id: row.user_id, email: row.email, role };
        Ok(Some(OpenSession { account, last_used_at: row.last_used_at }))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_session(&self, hash: &[u8], now: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1")
            .bind(hash)
            .bind(now)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_session(&self, hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = ?1").bind(hash).execute(&self.write).await?;
        Ok(())
    }
}
