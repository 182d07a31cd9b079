//! One-time links: set-up, invitation, reset, sign-in. Only hashes of their codes are kept.

use super::{Store, StoreError};
use crate::time::{Millis, now};

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Makes the first admin.
    Setup,
    /// Makes an account.
    Invite,
    /// Sets a new password.
    Reset,
    /// Signs in.
    SignIn,
}

impl LinkKind {
    fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
            Self::Reset => "reset",
            Self::SignIn => "sign_in",
        }
    }
}

/// A link to keep.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    /// The hash of its code.
    pub code_hash: &'a [u8],
    /// What it is for.
    pub kind: LinkKind,
    /// Whom it signs in.
    pub user_id: Option<i64>,
    /// Until when it can be used.
    pub expires_at: Millis,
}

impl Store {
    /// Keeps a link. A new set-up link replaces those before it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_link(&self, link: NewLink<'_>) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("DELETE FROM one_time_links WHERE expires_at <= ?1 OR (kind = 'setup' AND ?2 = 'setup')")
            .bind(now())
            .bind(link.kind.name())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO one_time_links (code_hash, kind, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(link.code_hash)
        .bind(link.kind.name())
        .bind(link.user_id)
        .bind(now())
        .bind(link.expires_at)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a link could still be used.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn link_is_open(&self, code_hash: &[u8], kind: LinkKind) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM one_time_links WHERE code_hash = ?1 AND kind = ?2 AND used_at IS NULL AND expires_at > ?3",
        )
        .bind(code_hash)
        .bind(kind.name())
        .bind(now())
        .fetch_optional(&self.read)
        .await?;
        Ok(found.is_some())
    }

    /// Uses up a sign-in link: whom it signs in, or `None` if it is unknown, used or expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_sign_in_link(&self, code_hash: &[u8]) -> Result<Option<i64>, StoreError> {
        let user: Option<Option<i64>> = sqlx::query_scalar(
            "UPDATE one_time_links SET used_at = ?2
             WHERE code_hash = ?1 AND kind = 'sign_in' AND used_at IS NULL AND expires_at > ?2 RETURNING user_id",
        )
        .bind(code_hash)
        .bind(now())
        .fetch_optional(&self.write)
        .await?;
        Ok(user.flatten())
    }
}
