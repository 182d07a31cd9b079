//! Members: lists accounts, changes their roles and removes them. The check that an admin remains is part of the UPDATE
//! or DELETE itself, so that concurrent requests cannot remove the last admin.

use hookgram::{
    audit::AuditAction,
    role::{Account, Role},
};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Accounts, StoreError,
        accounts::links::revoke_invitations_of,
        audit::{self, By, Change, Entry},
    },
    time::Millis,
};

/// An account in the list of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: Account,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// When the account was last active, to the minute.
    pub last_seen_at: Option<Millis>,
    /// Whether this account is the only admin.
    pub is_last_admin: bool,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    email: String,
    role: String,
    has_second_factor: bool,
    last_seen_at: Option<i64>,
    admins: i64,
}

impl TryFrom<Row> for Member {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let role = Role::parse(&row.role).ok_or(StoreError::corrupt("users.role"))?;
        Ok(Self {
            account: Account { id: row.id, email: row.email, role },
            has_second_factor: row.has_second_factor,
            last_seen_at: row.last_seen_at,
            is_last_admin: role == Role::Admin && row.admins == 1,
        })
    }
}

impl Accounts {
    /// All members, by e-mail address.
    pub async fn members(&self) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, email, role, totp IS NOT NULL AS has_second_factor, last_seen_at,
             (SELECT count(*) FROM users WHERE role = 'admin') AS admins FROM users ORDER BY email",
        )
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(Member::try_from).collect()
    }

    /// The member with this id.
    pub async fn member(&self, id: i64) -> Result<Option<Member>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, email, role, totp IS NOT NULL AS has_second_factor, last_seen_at,
             (SELECT count(*) FROM users WHERE role = 'admin') AS admins FROM users WHERE id = ?1",
        )
        .bind(id)
        .fetch_optional(&self.read)
        .await?;
        row.map(Member::try_from).transpose()
    }

    /// Changes the role of an account. Ends its sessions, and revokes its open invitations unless the new role is
    /// admin.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such account, [`StoreError::LastAdmin`] if no admin would be left.
    pub async fn change_role(&self, id: i64, role: Role, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (email, before) = present(&mut tx, id).await?;
        if before == role.name() {
            return Ok(());
        }
        let done = sqlx::query(
            "UPDATE users SET role = ?2 WHERE id = ?1 AND (role <> 'admin' OR ?2 = 'admin'
             OR EXISTS (SELECT 1 FROM users other WHERE other.role = 'admin' AND other.id <> ?1))",
        )
        .bind(id)
        .bind(role.name())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::LastAdmin);
        }
        sqlx::query("DELETE FROM sessions WHERE user_id = ?1").bind(id).execute(&mut *tx).await?;
        let changes = vec![Change::new("role", before, role.name())];
        audit::record(&mut tx, &Entry::new(by, AuditAction::RoleChanged).to(&email, id).with(changes)).await?;
        if role != Role::Admin {
            revoke_invitations_of(&mut tx, &email, by).await?;
        }
        tx.commit().await?;
        self.announce_ended(id);
        Ok(())
    }

    /// Removes an account with its sessions and open invitations.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such account, [`StoreError::LastAdmin`] if no admin would be left.
    pub async fn remove_member(&self, id: i64, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (email, role) = present(&mut tx, id).await?;
        let done = sqlx::query(
            "DELETE FROM users WHERE id = ?1 AND (role <> 'admin'
             OR EXISTS (SELECT 1 FROM users other WHERE other.role = 'admin' AND other.id <> ?1))",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::LastAdmin);
        }
        let changes = vec![Change::new("role", role, "")];
        audit::record(&mut tx, &Entry::new(by, AuditAction::AccountRemoved).to(&email, id).with(changes)).await?;
        revoke_invitations_of(&mut tx, &email, by).await?;
        tx.commit().await?;
        self.announce_ended(id);
        Ok(())
    }
}

async fn present(tx: &mut SqliteConnection, id: i64) -> Result<(String, String), StoreError> {
    let found = sqlx::query_as("SELECT email, role FROM users WHERE id = ?1").bind(id).fetch_optional(tx).await?;
    found.ok_or(StoreError::NotFound)
}
