//! One-time links: set-up, invitation, reset, sign-in. Only the hashes of their codes are stored.

use hookgram::{
    audit::AuditAction,
    role::{Account, Role},
};
use sqlx::{FromRow, SqliteConnection};

use crate::{
    store::{
        Accounts, StoreError,
        audit::{By, Change, Entry, record},
        unique,
    },
    time::{Millis, now},
};

/// The purpose of a one-time link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A link to create the first admin.
    Setup,
    /// A link to create an account.
    Invite,
    /// A link to set a new password.
    Reset,
    /// A link to sign in.
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

    fn made(self) -> AuditAction {
        match self {
            Self::Setup => AuditAction::SetupLink,
            Self::Invite => AuditAction::Invited,
            Self::Reset => AuditAction::ResetAsked,
            Self::SignIn => AuditAction::SignInLink,
        }
    }
}

/// A link to store.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    /// The hash of the link's code.
    pub code_hash: &'a [u8],
    /// The purpose.
    pub kind: LinkKind,
    /// The account that the link signs in, or whose password it resets.
    pub user_id: Option<i64>,
    /// When the link expires.
    pub expires_at: Millis,
}

/// An invitation to store.
#[derive(Clone, Debug)]
pub struct NewInvitation<'a> {
    /// The hash of the link's code.
    pub code_hash: &'a [u8],
    /// The invited e-mail address.
    pub email: &'a str,
    /// The role of the new account.
    pub role: Role,
    /// The e-mail address of the inviting admin; empty for the command line.
    pub made_by: &'a str,
    /// When the invitation expires.
    pub expires_at: Millis,
}

/// An invitation that has not been accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// A public id: the beginning of the code's hash, which cannot be used to accept the invitation.
    pub id: String,
    /// The invited e-mail address.
    pub email: String,
    /// The role of the new account.
    pub role: Role,
    /// The e-mail address of the inviting admin; empty for the command line.
    pub made_by: String,
    /// When the invitation was created.
    pub created_at: Millis,
    /// When the invitation expires.
    pub expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    email: Option<String>,
    role: Option<String>,
    made_by: Option<String>,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Invitation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            email: row.email.ok_or(StoreError::corrupt("one_time_links.email"))?,
            role: row.role.as_deref().and_then(Role::parse).ok_or(StoreError::corrupt("one_time_links.role"))?,
            made_by: row.made_by.unwrap_or_default(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl Accounts {
    /// Stores a link. A set-up link replaces earlier ones.
    pub async fn add_link(&self, link: NewLink<'_>, by: &By) -> Result<(), StoreError> {
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
        let email: Option<String> = sqlx::query_scalar("SELECT email FROM users WHERE id = ?1")
            .bind(link.user_id)
            .fetch_optional(&mut *tx)
            .await?;
        let made = Entry::new(by, link.kind.made()).to(&email.unwrap_or_default(), link.user_id);
        record(&mut tx, &made).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a link is still valid.
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

    /// Consumes a sign-in link. Returns the id of the account that it signs in, or `None` if the link is unknown, used
    /// or expired.
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

    /// Stores an invitation. It replaces an earlier one to the same address.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the address has an account, [`StoreError::NotFound`] if the inviting account is no
    /// longer an admin.
    pub async fn add_invitation(&self, new: NewInvitation<'_>, by: &By) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let account: Option<i64> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?1")
            .bind(new.email)
            .fetch_optional(&mut *tx)
            .await?;
        if account.is_some() {
            return Err(StoreError::Taken);
        }
        sqlx::query(
            "DELETE FROM one_time_links WHERE expires_at <= ?1 OR (kind = 'invite' AND email = ?2 COLLATE NOCASE)",
        )
        .bind(now())
        .bind(new.email)
        .execute(&mut *tx)
        .await?;
        let done = sqlx::query(
            "INSERT INTO one_time_links (code_hash, kind, email, role, made_by, created_at, expires_at)
             SELECT ?1, 'invite', ?2, ?3, ?4, ?5, ?6
             WHERE ?4 = '' OR EXISTS (SELECT 1 FROM users WHERE email = ?4 AND role = 'admin')",
        )
        .bind(new.code_hash)
        .bind(new.email)
        .bind(new.role.name())
        .bind(new.made_by)
        .bind(now())
        .bind(new.expires_at)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        let invited = Entry::new(by, AuditAction::Invited).to(new.email, None);
        record(&mut tx, &invited.with(vec![Change::new("role", "", new.role.name())])).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The valid invitations, newest first.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT lower(hex(substr(code_hash, 1, 8))) AS id, email, role, made_by, created_at, expires_at
             FROM one_time_links WHERE kind = 'invite' AND used_at IS NULL AND expires_at > ?1
             ORDER BY created_at DESC, id",
        )
        .bind(now())
        .fetch_all(&self.read)
        .await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// Revokes an invitation and returns it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no valid invitation with this id.
    pub async fn revoke_invitation(&self, id: &str, by: &By) -> Result<Invitation, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let row: Option<Row> = sqlx::query_as(
            "DELETE FROM one_time_links WHERE kind = 'invite' AND lower(hex(substr(code_hash, 1, 8))) = ?1
             AND used_at IS NULL AND expires_at > ?2
             RETURNING lower(hex(substr(code_hash, 1, 8))) AS id, email, role, made_by, created_at, expires_at",
        )
        .bind(id)
        .bind(now())
        .fetch_optional(&mut *tx)
        .await?;
        let gone: Invitation = row.ok_or(StoreError::NotFound)?.try_into()?;
        let revoked = Entry::new(by, AuditAction::InvitationRevoked).to(&gone.email, None);
        record(&mut tx, &revoked.with(vec![Change::new("role", gone.role.name(), "")])).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// The invitation with this hash of its code, if it is valid.
    pub async fn invitation(&self, code_hash: &[u8]) -> Result<Option<Invitation>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT lower(hex(substr(code_hash, 1, 8))) AS id, email, role, made_by, created_at, expires_at
             FROM one_time_links WHERE code_hash = ?1 AND kind = 'invite' AND used_at IS NULL AND expires_at > ?2",
        )
        .bind(code_hash)
        .bind(now())
        .fetch_optional(&self.read)
        .await?;
        row.map(Invitation::try_from).transpose()
    }

    /// Creates the account of an invitation and consumes the invitation, both or neither.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the invitation is unknown, used, revoked or expired; [`StoreError::Taken`] if its
    /// address has an account by now.
    pub async fn accept_invitation(
        &self,
        code_hash: &[u8],
        password_hash: &str,
        by: &By,
    ) -> Result<Account, StoreError> {
        let mut tx = self.write.begin().await?;
        let row: Option<Row> = sqlx::query_as(
            "UPDATE one_time_links SET used_at = ?2
             WHERE code_hash = ?1 AND kind = 'invite' AND used_at IS NULL AND expires_at > ?2
             RETURNING lower(hex(substr(code_hash, 1, 8))) AS id, email, role, made_by, created_at, expires_at",
        )
        .bind(code_hash)
        .bind(now())
        .fetch_optional(&mut *tx)
        .await?;
        let Invitation { email, role, .. } = row.ok_or(StoreError::NotFound)?.try_into()?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO users (email, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4) RETURNING id",
        )
        .bind(&email)
        .bind(role.name())
        .bind(password_hash)
        .bind(now())
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| unique(error, StoreError::Taken))?;
        let accepted = Entry::new(by, AuditAction::InvitationAccepted).to(&email, id);
        record(&mut tx, &accepted.with(vec![Change::new("role", "", role.name())])).await?;
        tx.commit().await?;
        Ok(Account { id, email, role })
    }

    /// The e-mail address of the account that was created or changed by a used link; empty for the set-up link. `None`
    /// if no such link was used.
    pub async fn used_link(&self, code_hash: &[u8]) -> Result<Option<String>, StoreError> {
        let email = sqlx::query_scalar(
            "SELECT coalesce(l.email, u.email, '') FROM one_time_links l LEFT JOIN users u ON u.id = l.user_id
             WHERE l.code_hash = ?1 AND l.kind IN ('setup', 'invite', 'reset') AND l.used_at IS NOT NULL",
        );
        Ok(email.bind(code_hash).fetch_optional(&self.read).await?)
    }

    /// The number of reset links created for an account since `since`.
    pub async fn reset_links_since(&self, user_id: i64, since: Millis) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar(
            "SELECT count(*) FROM one_time_links WHERE user_id = ?1 AND kind = 'reset' AND created_at > ?2",
        );
        Ok(count.bind(user_id).bind(since).fetch_one(&self.read).await?)
    }

    /// The e-mail address of the account whose password a reset link resets, if the link is valid.
    pub async fn reset_link(&self, code_hash: &[u8]) -> Result<Option<String>, StoreError> {
        let email = sqlx::query_scalar(
            "SELECT u.email FROM one_time_links l JOIN users u ON u.id = l.user_id
             WHERE l.code_hash = ?1 AND l.kind = 'reset' AND l.used_at IS NULL AND l.expires_at > ?2",
        );
        Ok(email.bind(code_hash).bind(now()).fetch_optional(&self.read).await?)
    }

    /// Sets a new password by a reset link, consumes all links of the account, and ends all its sessions: all or
    /// nothing. Returns the account's id. The second factor is not changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the link is unknown, used or expired.
    pub async fn reset_password(&self, code_hash: &[u8], password_hash: &str, by: &By) -> Result<i64, StoreError> {
        let mut tx = self.write.begin().await?;
        let id: Option<i64> = sqlx::query_scalar(
            "UPDATE one_time_links SET used_at = ?2
             WHERE code_hash = ?1 AND kind = 'reset' AND used_at IS NULL AND expires_at > ?2 AND user_id IS NOT NULL
             RETURNING user_id",
        )
        .bind(code_hash)
        .bind(now())
        .fetch_optional(&mut *tx)
        .await?;
        let id = id.ok_or(StoreError::NotFound)?;
        let email: String = sqlx::query_scalar(
            "UPDATE users SET password_hash = ?2, password_version = password_version + 1 WHERE id = ?1
             RETURNING email",
        )
        .bind(id)
        .bind(password_hash)
        .fetch_one(&mut *tx)
        .await?;
        shut_out(&mut tx, id, None).await?;
        record(&mut tx, &Entry::new(by, AuditAction::PasswordReset).to(&email, id)).await?;
        tx.commit().await?;
        self.announce_ended(id);
        Ok(id)
    }
}

/// Revokes the open invitations that an account has created. Called in the commit that removes the account or its admin
/// role.
pub(in crate::store) async fn revoke_invitations_of(
    tx: &mut SqliteConnection,
    made_by: &str,
    by: &By,
) -> Result<(), StoreError> {
    let revoked: Vec<(String, String)> = sqlx::query_as(
        "DELETE FROM one_time_links WHERE kind = 'invite' AND used_at IS NULL AND made_by = ?1 COLLATE NOCASE
         RETURNING email, role",
    )
    .bind(made_by)
    .fetch_all(&mut *tx)
    .await?;
    for (email, role) in revoked {
        let entry = Entry::new(by, AuditAction::InvitationRevoked).to(&email, None);
        record(tx, &entry.with(vec![Change::new("role", role, "")])).await?;
    }
    Ok(())
}

/// Ends all access that was granted with an account's earlier password: its sessions except the one with the token hash
/// `kept`, its sign-ins that wait for the second factor, and its links. Returns the number of ended sessions.
pub(in crate::store) async fn shut_out(
    tx: &mut SqliteConnection,
    user_id: i64,
    kept: Option<&[u8]>,
) -> Result<u64, StoreError> {
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = ?1 AND (?2 IS NULL OR token_hash <> ?2)")
        .bind(user_id)
        .bind(kept)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM half_sessions WHERE user_id = ?1").bind(user_id).execute(&mut *tx).await?;
    sqlx::query(
        "UPDATE one_time_links SET used_at = ?2 WHERE user_id = ?1 AND kind IN ('reset', 'sign_in') AND used_at IS NULL",
    )
    .bind(user_id)
    .bind(now())
    .execute(&mut *tx)
    .await?;
    Ok(ended.rows_affected())
}
