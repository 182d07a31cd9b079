//! What admins have set.

use app::words::audit::Action;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Store, StoreError, audit};
use crate::{
    audit::{By, Change, Entry},
    seal::Place,
    settings::Setting,
};

impl Store {
    /// Every setting that is stored. One that is no longer known, or whose seal this key does not open, is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn settings(&self) -> Result<Vec<(Setting, SecretString)>, StoreError> {
        let rows: Vec<(String, Option<String>, Option<Vec<u8>>)> =
            sqlx::query_as("SELECT name, value, sealed FROM settings").fetch_all(&self.read).await?;
        let mut read = Vec::with_capacity(rows.len());
        for (name, value, sealed) in rows {
            let Some(setting) = Setting::parse(&name) else { continue };
            match (value, sealed) {
                (Some(value), _) => read.push((setting, SecretString::from(value))),
                (None, Some(sealed)) => match self.sealer.open(Place::Setting(setting.name()), &sealed) {
                    Ok(text) => read.push((setting, text)),
                    Err(error) => tracing::warn!(setting = name, %error, "a stored setting cannot be opened"),
                },
                (None, None) => {}
            }
        }
        Ok(read)
    }

    /// Stores settings, all or none, and notes who did; a blank one is forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_settings(
        &self,
        settings: &[(Setting, SecretString)],
        changes: Vec<Change>,
        by: &By,
    ) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for (setting, text) in settings {
            let (name, text) = (setting.name(), text.expose_secret().trim());
            if text.is_empty() {
                sqlx::query("DELETE FROM settings WHERE name = ?1").bind(name).execute(&mut *tx).await?;
                continue;
            }
            let (value, sealed) = match setting.is_secret() {
                true => (None, Some(self.sealer.seal(Place::Setting(name), text)?)),
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
        audit::record(&mut tx, &Entry::new(by, Action::SettingsChanged).with(changes)).await?;
        tx.commit().await?;
        Ok(())
    }
}
