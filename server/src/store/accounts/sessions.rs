//! Sessions, and sign-ins that wait for the second factor. Only the hashes of their tokens are stored.

use hookgram::{
    audit::AuditAction,
    preferences::{KeptPreferences, Theme},
    role::{Account, Role},
    values::{Language, TimeZone},
};
use sqlx::{FromRow, SqliteConnection};
use tokio::sync::broadcast;

use crate::{
    store::{
        Accounts, StoreError, User,
        audit::{By, Change, Entry, record},
    },
    time::Millis,
};

/// A session to store.
#[derive(Clone)]
pub struct NewSession<'a> {
    /// The hash of the session's token.
    pub token_hash: &'a [u8],
    /// The account, as of the authentication of its owner.
    pub user: &'a User,
    /// The current time.
    pub now: Millis,
    /// When the session expires, regardless of its use.
    pub expires_at: Millis,
    /// The browser's User-Agent header.
    pub user_agent: &'a str,
    /// The client's network address.
    pub address: &'a str,
}

/// A session that has not expired.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// The account.
    pub account: Account,
    /// When the session was last used, to the minute.
    pub last_used_at: Millis,
    /// When the owner was last authenticated.
    pub confirmed_at: Millis,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// The preferences of the account.
    pub kept: KeptPreferences,
}

/// A session in the list that its owner sees.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    /// A public id: the beginning of the token's hash, which cannot be used as a token.
    pub id: String,
    /// The hash of the session's token.
    pub token_hash: Vec<u8>,
    /// When the session began.
    pub created_at: Millis,
    /// When the session was last used, to the minute.
    pub last_used_at: Millis,
    /// The browser's User-Agent header.
    pub user_agent: String,
    /// The network address at sign-in.
    pub address: String,
}

#[derive(FromRow)]
struct Row {
    user_id: i64,
    email: String,
    role: String,
    last_used_at: i64,
    confirmed_at: i64,
    has_password: bool,
    has_second_factor: bool,
    language: Option<String>,
    theme: Option<String>,
    zone: Option<String>,
}

impl Accounts {
    /// Subscribes to the ids of accounts of which a session has ended.
    #[must_use]
    pub fn ended_sessions(&self) -> broadcast::Receiver<i64> {
        self.ended.subscribe()
    }

    /// Announces that sessions of an account have ended, so that its open connections are closed. Called after the
    /// commit.
    pub(in crate::store) fn announce_ended(&self, user_id: i64) {
        // Sending fails if there are no subscribers, which is fine.
        let _ = self.ended.send(user_id);
    }

    /// Stores a session whose owner was just authenticated. Deletes expired sessions.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the account's password or second factor was changed since the owner was
    /// authenticated.
    pub async fn add_session(&self, session: NewSession<'_>, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ?1").bind(session.now).execute(&mut *tx).await?;
        let done = sqlx::query(
            "INSERT INTO sessions
             (token_hash, user_id, created_at, last_used_at, expires_at, user_agent, address, confirmed_at)
             SELECT ?1, id, ?3, ?3, ?4, ?5, ?6, ?3 FROM users
             WHERE id = ?2 AND password_version = ?7 AND (totp IS NOT NULL) = ?8",
        )
        .bind(session.token_hash)
        .bind(session.user.account.id)
        .bind(session.now)
        .bind(session.expires_at)
        .bind(session.user_agent)
        .bind(session.address)
        .bind(session.user.password_version)
        .bind(session.user.has_second_factor)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        record_of(&mut tx, session.user.account.id, AuditAction::SignedIn, by).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session with this token hash, unless it has expired or was idle for longer than `idle`.
    pub async fn session(&self, hash: &[u8], now: Millis, idle: Millis) -> Result<Option<OpenSession>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.user_id, u.email, u.role, s.last_used_at, s.confirmed_at,
             u.password_hash IS NOT NULL AS has_password, u.totp IS NOT NULL AS has_second_factor,
             u.language, u.theme, u.zone FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_hash = ?1 AND s.expires_at > ?2 AND s.last_used_at > ?3",
        )
        .bind(hash)
        .bind(now)
        .bind(now.saturating_sub(idle))
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let role = Role::parse(&row.role).ok_or(StoreError::corrupt("users.role"))?;
        Ok(Some(OpenSession {
            account: Account { id: row.user_id, email: row.email, role },
            last_used_at: row.last_used_at,
            confirmed_at: row.confirmed_at,
            has_password: row.has_password,
            has_second_factor: row.has_second_factor,
            kept: KeptPreferences {
                language: row.language.map(|tag| if tag == "en" { Language::En } else { Language::Ru }),
                theme: row.theme.as_deref().and_then(Theme::parse),
                zone: row.zone.and_then(|name| TimeZone::parse(&name)),
            },
        }))
    }

    /// Updates the time of a session's last use.
    pub async fn touch_session(&self, hash: &[u8], now: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1")
            .bind(hash)
            .bind(now)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Replaces the token of a session. `confirmed_at` is set if the owner was just authenticated again. Returns
    /// whether the session exists.
    pub async fn rotate_session(
        &self,
        old: &[u8],
        new: &[u8],
        confirmed_at: Option<Millis>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET token_hash = ?2, confirmed_at = coalesce(?3, confirmed_at) WHERE token_hash = ?1",
        )
        .bind(old)
        .bind(new)
        .bind(confirmed_at)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// An account's valid sessions, the most recently used first.
    pub async fn sessions_of(&self, user_id: i64, now: Millis, idle: Millis) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT lower(hex(substr(token_hash, 1, 8))) AS id, token_hash, created_at, last_used_at, user_agent, address
             FROM sessions WHERE user_id = ?1 AND expires_at > ?2 AND last_used_at > ?3
             ORDER BY last_used_at DESC, created_at DESC",
        );
        Ok(rows.bind(user_id).bind(now).bind(now.saturating_sub(idle)).fetch_all(&self.read).await?)
    }

    /// Ends a session, if it exists.
    pub async fn end_session(&self, hash: &[u8], by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let user: Option<i64> = sqlx::query_scalar("DELETE FROM sessions WHERE token_hash = ?1 RETURNING user_id")
            .bind(hash)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(user) = user {
            record_of(&mut tx, user, AuditAction::SignedOut, by).await?;
        }
        tx.commit().await?;
        if let Some(user) = user {
            self.announce_ended(user);
        }
        Ok(())
    }

    /// Ends the session of an account with this [`SessionRow::id`]. Returns whether it existed.
    pub async fn end_session_of(&self, account: &Account, id: &str, by: &By) -> Result<bool, StoreError> {
        let mut tx = self.write.begin().await?;
        let address: Option<String> = sqlx::query_scalar(
            "DELETE FROM sessions WHERE user_id = ?1 AND lower(hex(substr(token_hash, 1, 8))) = ?2 RETURNING address",
        )
        .bind(account.id)
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(address) = &address {
            let ended = Entry::new(by, AuditAction::SessionsEnded).to(&account.email, account.id);
            record(&mut tx, &ended.with(vec![Change::new("session", address, "")])).await?;
        }
        tx.commit().await?;
        self.announce_ended(account.id);
        Ok(address.is_some())
    }

    /// Ends all sessions of an account except the one with the token hash `kept`, and its sign-ins that wait for the
    /// second factor. Returns the number of ended sessions.
    pub async fn end_sessions_of(&self, account: &Account, kept: Option<&[u8]>, by: &By) -> Result<u64, StoreError> {
        let user_id = account.id;
        let mut tx = self.write.begin().await?;
        let done = sqlx::query("DELETE FROM sessions WHERE user_id = ?1 AND (?2 IS NULL OR token_hash <> ?2)")
            .bind(user_id)
            .bind(kept)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM half_sessions WHERE user_id = ?1").bind(user_id).execute(&mut *tx).await?;
        let ended = Entry::new(by, AuditAction::SessionsEnded).to(&account.email, user_id);
        record(&mut tx, &ended.with(vec![Change::new("sessions", done.rows_affected().to_string(), "")])).await?;
        tx.commit().await?;
        self.announce_ended(user_id);
        Ok(done.rows_affected())
    }

    /// Stores a sign-in whose password was right and which waits for the second factor.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the account's password was changed since it was checked.
    pub async fn add_half_session(
        &self,
        hash: &[u8],
        user: &User,
        now: Millis,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("DELETE FROM half_sessions WHERE expires_at <= ?1").bind(now).execute(&mut *tx).await?;
        let done = sqlx::query(
            "INSERT INTO half_sessions (token_hash, user_id, expires_at)
             SELECT ?1, id, ?3 FROM users WHERE id = ?2 AND password_version = ?4",
        )
        .bind(hash)
        .bind(user.account.id)
        .bind(expires_at)
        .bind(user.password_version)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// The id of the account whose sign-in with this token hash waits for the second factor.
    pub async fn half_session(&self, hash: &[u8], now: Millis) -> Result<Option<i64>, StoreError> {
        let user = sqlx::query_scalar("SELECT user_id FROM half_sessions WHERE token_hash = ?1 AND expires_at > ?2");
        Ok(user.bind(hash).bind(now).fetch_optional(&self.read).await?)
    }

    /// Counts an attempt at the second factor, unless there were already `most` attempts. Returns the account's id, or
    /// `None` if the attempt is refused.
    pub async fn try_half_session(&self, hash: &[u8], now: Millis, most: i64) -> Result<Option<i64>, StoreError> {
        let user = sqlx::query_scalar(
            "UPDATE half_sessions SET tries = tries + 1 WHERE token_hash = ?1 AND expires_at > ?2 AND tries < ?3
             RETURNING user_id",
        );
        Ok(user.bind(hash).bind(now).bind(most).fetch_optional(&self.write).await?)
    }

    /// Deletes a sign-in that waited for the second factor. Returns whether it existed. Of two concurrent calls, only
    /// one returns true.
    pub async fn end_half_session(&self, hash: &[u8]) -> Result<bool, StoreError> {
        let done =
            sqlx::query("DELETE FROM half_sessions WHERE token_hash = ?1").bind(hash).execute(&self.write).await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn record_of(tx: &mut SqliteConnection, user_id: i64, action: AuditAction, by: &By) -> Result<(), StoreError> {
    let email: String =
        sqlx::query_scalar("SELECT email FROM users WHERE id = ?1").bind(user_id).fetch_one(&mut *tx).await?;
    record(tx, &Entry::new(by, action).to(&email, user_id)).await
}
