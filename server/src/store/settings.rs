//! Settings that admins have changed, the public URL of the server that ran last, and the time of the last backup.

use hookgram::{audit::AuditAction, setting::Setting};
use secrecy::{ExposeSecret as _, SecretString};

use super::{StoreError, audit};
use crate::{
    secrets::seal::{Place, SealError},
    store::{
        Settings,
        audit::{By, Change, Entry},
        secrets::sealing_key,
    },
    time::Millis,
};

/// The row of the public URL. It is not a [`Setting`].
const PUBLIC_URL: &str = "public_url";
/// The row of the time of the last backup, in milliseconds. It is not a [`Setting`].
const LAST_BACKUP: &str = "last_backup";

impl Settings {
    /// The public URL of the server that ran last, for commands that print URLs.
    pub async fn public_url(&self) -> Result<Option<String>, StoreError> {
        let url = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?1 AND value IS NOT NULL");
        Ok(url.bind(PUBLIC_URL).fetch_optional(&self.read).await?)
    }

    /// Stores the public URL of a server that starts.
    pub async fn remember_public_url(&self, url: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        )
        .bind(PUBLIC_URL)
        .bind(url)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// When `hookgram backup` last made a copy.
    pub async fn last_backup(&self) -> Result<Option<Millis>, StoreError> {
        let at: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = ?1 AND value IS NOT NULL")
            .bind(LAST_BACKUP)
            .fetch_optional(&self.read)
            .await?;
        Ok(at.and_then(|at| at.parse().ok()))
    }

    /// Stores the time of a backup.
    pub async fn remember_backup(&self, at: Millis) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(LAST_BACKUP)
        .bind(at.to_string())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// All stored settings, with an error in place of a secret that cannot be decrypted. Settings that this version
    /// does not have are left out.
    pub async fn all(&self) -> Result<Vec<(Setting, Result<SecretString, SealError>)>, StoreError> {
        let rows: Vec<(String, Option<String>, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT name, value, sealed FROM settings").fetch_all(&self.read).await?;
        let mut read = Vec::with_capacity(rows.len());
        for (name, value, sealed) in rows {
            let Some(setting) = Setting::parse(&name) else { continue };
            match (value, sealed) {
                (Some(value), _) => read.push((setting, Ok(SecretString::from(value)))),
                (None, Some(sealed)) => {
                    read.push((setting, self.sealer.open(Place::Setting(setting.name()), &sealed)));
                }
                (None, None) => {}
            }
        }
        Ok(read)
    }

    /// Stores settings, all or none, and records the change in the audit log. A blank value deletes its setting.
    pub async fn put(
        &self,
        settings: &[(Setting, SecretString)],
        changes: Vec<Change>,
        by: &By,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let key = sealing_key(&mut tx, &self.sealer).await?;
        for (setting, text) in settings {
            let (name, text) = (setting.name(), text.expose_secret().trim());
            if text.is_empty() {
                sqlx::query("DELETE FROM settings WHERE name = ?1").bind(name).execute(&mut *tx).await?;
                continue;
            }
            let (value, sealed) = match setting.is_secret() {
                true => (None, Some(key.seal(Place::Setting(name), text)?)),
                false => (Some(text), None),
            };
            sqlx::query(
                "INSERT INTO settings (name, value, sealed) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value, sealed = excluded.sealed",
            )
            .bind(name)
            .bind(value)
            .bind(sealed)
            .execute(&mut *tx)
            .await?;
        }
        audit::record(&mut tx, &Entry::new(by, AuditAction::SettingsChanged).with(changes)).await?;
        tx.commit().await?;
        Ok(())
    }
}
