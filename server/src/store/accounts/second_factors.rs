//! Second factors: the encrypted secret, the time step of the last accepted code, and recovery codes, which are stored
//! as hashes.

use hookgram::{audit::AuditAction, role::Account};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    secrets::seal::Place,
    store::{
        Accounts, StoreError,
        accounts::links::shut_out,
        audit::{By, Entry, record},
        secrets::sealing_key,
    },
    time::{Millis, now},
};

/// An account's second factor.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// The secret in base32, or `None` if it cannot be decrypted with the available keys.
    pub secret: Option<SecretString>,
    /// The time step of the last accepted code.
    pub step: i64,
    /// When it was enabled.
    pub since: Millis,
    /// The number of unused recovery codes.
    pub codes_left: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    totp: Option<Vec<u8>>,
    totp_step: i64,
    totp_since: Option<i64>,
    codes_left: i64,
}

impl Accounts {
    /// The second factor of an account, if it has one.
    pub async fn second_factor(&self, user_id: i64) -> Result<Option<SecondFactor>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT totp, totp_step, totp_since,
             (SELECT count(*) FROM recovery_codes WHERE user_id = ?1 AND used_at IS NULL) AS codes_left
             FROM users WHERE id = ?1",
        )
        .bind(user_id)
        .fetch_optional(&self.read)
        .await?;
        let Some((row, sealed)) = row.and_then(|mut row| row.totp.take().map(|sealed| (row, sealed))) else {
            return Ok(None);
        };
        let secret = self.sealer.open(Place::UserTotp(user_id), &sealed).ok();
        let since = row.totp_since.unwrap_or_default();
        Ok(Some(SecondFactor { secret, step: row.totp_step, since, codes_left: row.codes_left }))
    }

    /// Enables an account's second factor. Takes the secret in base32, the time step of the code that confirmed it, and
    /// the hashes of the recovery codes. Ends all sessions except the one with the token hash `kept`, because they
    /// began without the second factor. Returns the number of ended sessions.
    ///
    /// # Errors
    ///
    /// [`StoreError::Taken`] if the account has one already.
    pub async fn turn_second_factor_on(
        &self,
        account: &Account,
        (secret, step): (&SecretString, i64),
        codes: &[Vec<u8>],
        kept: &[u8],
        by: &By,
    ) -> Result<u64, StoreError> {
        let user_id = account.id;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        let sealed = key.seal(Place::UserTotp(user_id), secret.expose_secret())?;
        let done =
            sqlx::query("UPDATE users SET totp = ?2, totp_step = ?3, totp_since = ?4 WHERE id = ?1 AND totp IS NULL")
                .bind(user_id)
                .bind(sealed)
                .bind(step)
                .bind(now())
                .execute(&mut *tx)
                .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Taken);
        }
        replace_codes(&mut tx, user_id, codes).await?;
        let ended = shut_out(&mut tx, user_id, Some(kept)).await?;
        record(&mut tx, &Entry::new(by, AuditAction::FactorOn).to(&account.email, user_id)).await?;
        tx.commit().await?;
        self.announce_ended(user_id);
        Ok(ended)
    }

    /// Disables an account's second factor and deletes its recovery codes. Ends all sessions except the one with the
    /// token hash `kept`.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] if the account has none.
    pub async fn turn_second_factor_off(
        &self,
        account: &Account,
        kept: Option<&[u8]>,
        by: &By,
    ) -> Result<(), StoreError> {
        let user_id = account.id;
        let mut tx = self.write.begin().await?;
        let done = sqlx::query("UPDATE users SET totp = NULL, totp_since = NULL WHERE id = ?1 AND totp IS NOT NULL")
            .bind(user_id)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        replace_codes(&mut tx, user_id, &[]).await?;
        shut_out(&mut tx, user_id, kept).await?;
        record(&mut tx, &Entry::new(by, AuditAction::FactorOff).to(&account.email, user_id)).await?;
        tx.commit().await?;
        self.announce_ended(user_id);
        Ok(())
    }

    /// Accepts the code of a time step, unless a code of this or a later step was accepted before. Returns whether it
    /// is accepted.
    pub async fn take_step(&self, user_id: i64, step: i64) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE users SET totp_step = ?2 WHERE id = ?1 AND totp IS NOT NULL AND totp_step < ?2")
            .bind(user_id)
            .bind(step)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Consumes a recovery code. Returns whether there was such an unused code.
    pub async fn use_recovery_code(
        &self,
        account: &Account,
        code_hash: &[u8],
        by: &By,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query(
            "UPDATE recovery_codes SET used_at = ?3 WHERE user_id = ?1 AND code_hash = ?2 AND used_at IS NULL",
        )
        .bind(account.id)
        .bind(code_hash)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, &Entry::new(by, AuditAction::RecoveryUsed).to(&account.email, account.id)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Replaces the recovery codes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account has no second factor.
    pub async fn put_recovery_codes(&self, account: &Account, codes: &[Vec<u8>], by: &By) -> Result<(), StoreError> {
        let user_id = account.id;
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let found: Option<i64> = sqlx::query_scalar("SELECT id FROM users WHERE id = ?1 AND totp IS NOT NULL")
            .bind(user_id)
            .fetch_optional(&mut *tx)
            .await?;
        found.ok_or(StoreError::NotFound)?;
        replace_codes(&mut tx, user_id, codes).await?;
        record(&mut tx, &Entry::new(by, AuditAction::RecoveryCodes).to(&account.email, user_id)).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn replace_codes(tx: &mut sqlx::SqliteConnection, user_id: i64, codes: &[Vec<u8>]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = ?1").bind(user_id).execute(&mut *tx).await?;
    for code in codes {
        sqlx::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES (?1, ?2)")
            .bind(user_id)
            .bind(code)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
