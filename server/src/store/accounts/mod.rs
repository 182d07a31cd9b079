//! Accounts and their credentials.

pub(in crate::store) mod links;
pub(in crate::store) mod members;
pub(in crate::store) mod second_factors;
pub(in crate::store) mod sessions;
pub(in crate::store) mod sign_in_failures;

use hookgram::{
    audit::AuditAction,
    role::{Account, Role},
};
use sqlx::FromRow;

use crate::{
    store::{
        Accounts, StoreError,
        accounts::links::shut_out,
        audit::{By, Change, Entry, record},
        unique,
    },
    time::{Millis, now},
};

/// An account with its credentials.
#[derive(Clone)]
pub struct User {
    /// The account.
    pub account: Account,
    /// The password's hash as a PHC string, or `None` if the account signs in by link only.
    pub password_hash: Option<String>,
    /// When the account was created.
    pub created_at: Millis,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// The number of password changes.
    pub password_version: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    email: String,
    role: String,
    password_hash: Option<String>,
    created_at: i64,
    has_second_factor: bool,
    password_version: i64,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let role = Role::parse(&row.role).ok_or(StoreError::corrupt("users.role"))?;
        let account = Account { id: row.id, email: row.email, role };
        let Row { password_hash, created_at, has_second_factor, password_version, .. } = row;
        Ok(Self { account, password_hash, created_at, has_second_factor, password_version })
    }
}

impl Accounts {
    /// The number of accounts.
    pub async fn count_users(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&self.read).await?)
    }

    /// All accounts, by e-mail address.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, email, role, password_hash, created_at, totp IS NOT NULL AS has_second_factor, password_version
             FROM users ORDER BY email",
        )
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(User::try_from).collect()
    }

    /// The account with this e-mail address, ignoring case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, email, role, password_hash, created_at, totp IS NOT NULL AS has_second_factor, password_version
             FROM users WHERE email = ?1",
        )
        .bind(email)
        .fetch_optional(&self.read)
        .await?;
        row.map(User::try_from).transpose()
    }

    /// The account with this id.
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, email, role, password_hash, created_at, totp IS NOT NULL AS has_second_factor, password_version
             FROM users WHERE id = ?1",
        )
        .bind(id)
        .fetch_optional(&self.read)
        .await?;
        row.map(User::try_from).transpose()
    }

    /// Creates an account.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the address has an account.
    pub async fn add_user(
        &self,
        email: &str,
        role: Role,
        password_hash: Option<&str>,
        by: &By,
    ) -> Result<Account, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO users (email, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4) RETURNING id",
        )
        .bind(email)
        .bind(role.name())
        .bind(password_hash)
        .bind(now())
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| unique(error, StoreError::Taken))?;
        let made = Entry::new(by, AuditAction::AccountMade).to(email, id);
        record(&mut tx, &made.with(vec![Change::new("role", "", role.name())])).await?;
        tx.commit().await?;
        Ok(Account { id, email: email.to_owned(), role })
    }

    /// Replaces a password and ends all sessions of the account.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if there is no such account.
    pub async fn set_password(&self, email: &str, password_hash: &str, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin().await?;
        let id: Option<i64> = sqlx::query_scalar(
            "UPDATE users SET password_hash = ?2, password_version = password_version + 1 WHERE email = ?1 RETURNING id",
        )
        .bind(email)
        .bind(password_hash)
        .fetch_optional(&mut *tx)
        .await?;
        let id = id.ok_or(StoreError::NotFound)?;
        shut_out(&mut tx, id, None).await?;
        record(&mut tx, &Entry::new(by, AuditAction::PasswordReset).to(email, id)).await?;
        tx.commit().await?;
        self.announce_ended(id);
        Ok(())
    }

    /// Replaces a password at its owner's request. Ends all sessions of the account except the one with the token hash
    /// `kept`. Returns the number of ended sessions.
    pub async fn change_password(
        &self,
        account: &Account,
        password_hash: &str,
        kept: &[u8],
        by: &By,
    ) -> Result<u64, StoreError> {
        let mut tx = self.write.begin().await?;
        sqlx::query("UPDATE users SET password_hash = ?2, password_version = password_version + 1 WHERE id = ?1")
            .bind(account.id)
            .bind(password_hash)
            .execute(&mut *tx)
            .await?;
        let ended = shut_out(&mut tx, account.id, Some(kept)).await?;
        record(&mut tx, &Entry::new(by, AuditAction::PasswordChanged).to(&account.email, account.id)).await?;
        tx.commit().await?;
        self.announce_ended(account.id);
        Ok(ended)
    }

    /// Stores a new hash of the same password, unless the password was changed in the meantime. Sessions continue.
    pub async fn rehash_password(&self, id: i64, old: &str, new: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2")
            .bind(id)
            .bind(old)
            .bind(new)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Stores the preferences of an account. `None` keeps a stored preference, and an empty text deletes it.
    pub async fn prefer(
        &self,
        id: i64,
        language: Option<&str>,
        theme: Option<&str>,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE users SET language = CASE WHEN ?2 IS NULL THEN language ELSE nullif(?2, '') END,
             theme = CASE WHEN ?3 IS NULL THEN theme ELSE nullif(?3, '') END,
             zone = CASE WHEN ?4 IS NULL THEN zone ELSE nullif(?4, '') END WHERE id = ?1",
        )
        .bind(id)
        .bind(language)
        .bind(theme)
        .bind(zone)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Creates the first admin and consumes the set-up link, both or neither.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the link is unknown, used or expired, or if there is an account already.
    pub async fn set_up(
        &self,
        code_hash: &[u8],
        email: &str,
        password_hash: &str,
        by: &By,
    ) -> Result<Account, StoreError> {
        let mut tx = self.write.begin().await?;
        let used = sqlx::query(
            "UPDATE one_time_links SET used_at = ?2 WHERE code_hash = ?1 AND kind = 'setup' AND used_at IS NULL
             AND expires_at > ?2 AND NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(code_hash)
        .bind(now())
        .execute(&mut *tx)
        .await?;
        if used.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO users (email, role, password_hash, created_at) VALUES (?1, 'admin', ?2, ?3) RETURNING id",
        )
        .bind(email)
        .bind(password_hash)
        .bind(now())
        .fetch_one(&mut *tx)
        .await?;
        let made = Entry::new(by, AuditAction::AccountMade).to(email, Some(id));
        record(&mut tx, &made.with(vec![Change::new("role", "", Role::Admin.name())])).await?;
        tx.commit().await?;
        Ok(Account { id, email: email.to_owned(), role: Role::Admin })
    }
}
