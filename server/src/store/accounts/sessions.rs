//! Sessions, and sign-ins that wait for their second factor. Only hashes of their tokens are kept.

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

/// A session to open.
#[derive(Clone)]
pub struct NewSession<'a> {
    /// The hash of its token.
    pub token_hash: &'a [u8],
    /// Whose, as they were when they proved who they are.
    pub user: &'a User,
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
    /// When its owner last proved who they are.
    pub confirmed_at: Millis,
    /// Whether the account has a password that can be asked for.
    pub has_password: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// How its owner likes their pages.
    pub kept: KeptPreferences,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    /// What tells it apart from others: no key to anything.
    pub id: String,
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Millis,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// The address it began from.
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
    /// The ids of accounts as sessions of theirs end.
    #[must_use]
    pub fn ended_sessions(&self) -> broadcast::Receiver<i64> {
        self.ended.subscribe()
    }

    /// Tells whatever stays open for an account that sessions of it have ended, once that is committed.
    pub(in crate::store) fn announce_ended(&self, user_id: i64) {
        // An error only says that nothing is open.
        let _ = self.ended.send(user_id);
    }

    /// Opens a session, whose owner has just proved who they are, and clears away those that have run out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account has another password or second factor by now than the one that was proved.
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

    /// The session of a token's hash, unless it has run out or lain idle for longer than `idle`.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Gives a session another token; with `confirmed_at`, its owner has just proved who they are. Whether it was there.
    ///
    /// # Errors
    /// If the database fails.
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

    /// An account's sessions that have not run out, the one used last first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions_of(&self, user_id: i64, now: Millis, idle: Millis) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query_as(
            "SELECT lower(hex(substr(token_hash, 1, 8))) AS id, token_hash, created_at, last_used_at, user_agent, address
             FROM sessions WHERE user_id = ?1 AND expires_at > ?2 AND last_used_at > ?3
             ORDER BY last_used_at DESC, created_at DESC",
        );
        Ok(rows.bind(user_id).bind(now).bind(now.saturating_sub(idle)).fetch_all(&self.read).await?)
    }

    /// Ends a session, if it is there.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Ends the session of an account that [`SessionRow::id`] names; whether it was there.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Ends every session of an account but the one of `kept`, a token's hash, and the sign-ins that wait for their second
    /// factor; how many sessions that were. Whoever changes what an account may do calls this.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Keeps that somebody's password was right and their second factor is still to come.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account has another password by now than the one that was proved.
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

    /// Who waits for their second factor under a token's hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn half_session(&self, hash: &[u8], now: Millis) -> Result<Option<i64>, StoreError> {
        let user = sqlx::query_scalar("SELECT user_id FROM half_sessions WHERE token_hash = ?1 AND expires_at > ?2");
        Ok(user.bind(hash).bind(now).fetch_optional(&self.read).await?)
    }

    /// Counts a try at a second factor, and lets it pass if there were fewer than `most`; whose it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn try_half_session(&self, hash: &[u8], now: Millis, most: i64) -> Result<Option<i64>, StoreError> {
        let user = sqlx::query_scalar(
            "UPDATE half_sessions SET tries = tries + 1 WHERE token_hash = ?1 AND expires_at > ?2 AND tries < ?3
             RETURNING user_id",
        );
        Ok(user.bind(hash).bind(now).bind(most).fetch_optional(&self.write).await?)
    }

    /// Forgets a sign-in that waited; whether it was there. Only one of two at the same time hears that it was.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_half_session(&self, hash: &[u8]) -> Result<bool, StoreError> {
        let done =
            sqlx::query("DELETE FROM half_sessions WHERE token_hash = ?1").bind(hash).execute(&self.write).await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Records something that was done to an account.
async fn record_of(tx: &mut SqliteConnection, user_id: i64, action: AuditAction, by: &By) -> Result<(), StoreError> {
    let email: String =
        sqlx::query_scalar("SELECT email FROM users WHERE id = ?1").bind(user_id).fetch_one(&mut *tx).await?;
    record(tx, &Entry::new(by, action).to(&email, user_id)).await
}
