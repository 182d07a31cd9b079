//! The current settings. All readers share one value, which is replaced as a whole when an admin changes a setting.

use std::sync::Arc;

use parking_lot::RwLock;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::{Fixed, Setting, SettingFault, Values};
use crate::{
    secrets::seal::SealError,
    settings::{parse::BadSetting, smtp::SmtpError},
    store::{
        Store, StoreError,
        audit::{By, Change},
    },
};

/// The current settings. Cheap to clone. Call [`Live::now`] each time, so that changes take effect.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    fixed: Fixed,
    now: RwLock<Arc<Values>>,
    changing: Mutex<()>,
}

/// The reason why the settings cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A setting requires another one.
    #[error(transparent)]
    Setting(#[from] BadSetting),
    /// TLS cannot be set up.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The reason why settings were not changed.
#[derive(Debug)]
pub enum ChangeError {
    /// All invalid settings, each with its fault.
    Faults(Vec<(Setting, SettingFault)>),
    /// TLS cannot be set up.
    Smtp(SmtpError),
    /// The store failed.
    Store(StoreError),
}

impl Live {
    /// Wraps settings that are never changed.
    #[must_use]
    pub fn of(values: Values) -> Self {
        Self(Arc::new(Shared { now: RwLock::new(Arc::new(values)), ..Shared::default() }))
    }

    /// Loads the settings. Fixed values take precedence over stored ones, and stored ones over defaults. An invalid
    /// stored setting is logged and ignored.
    ///
    /// # Errors
    ///
    /// If the store fails, TLS cannot be set up, or a fixed mail server has no sender address.
    pub async fn load(fixed: &Fixed, store: &Store) -> Result<Self, LoadError> {
        let mut values = read(fixed, store.settings.all().await?);
        if values.lacks_sender() {
            let (name, problem) = (Setting::MailFrom.variable(), SettingFault::SenderMissing.problem(""));
            if fixed.has(Setting::SmtpUrl) {
                return Err(BadSetting { name, problem }.into());
            }
            tracing::warn!("no mails are sent: {name} {problem}");
        }
        values.connect()?;
        Ok(Self(Arc::new(Shared { fixed: fixed.clone(), now: RwLock::new(Arc::new(values)), ..Shared::default() })))
    }

    /// The settings at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Values> {
        self.0.now.read().clone()
    }

    /// Whether a flag or the environment fixes this setting.
    #[must_use]
    pub fn is_fixed(&self, setting: Setting) -> bool {
        self.0.fixed.has(setting)
    }

    /// Stores all changes and makes them current, or none if one fails. Fixed settings are not changed. Returns the
    /// settings whose values differ from before.
    ///
    /// # Errors
    ///
    /// All faults at once, or the failure to store the changes.
    pub async fn change(
        &self,
        store: &Store,
        by: &By,
        changes: &[(Setting, SecretString)],
    ) -> Result<Vec<Setting>, ChangeError> {
        let _turn = self.0.changing.lock().await;
        let before = self.now();
        let (mut values, mut faults) = (Values::clone(&before), Vec::new());
        let mut stored = Vec::new();
        for (setting, text) in changes.iter().filter(|(setting, _)| !self.is_fixed(*setting)) {
            match values.set(*setting, text.expose_secret()) {
                Ok(()) if differs(&before, *setting, text.expose_secret()) => stored.push((*setting, text.clone())),
                Ok(()) => {}
                Err(fault) => faults.push((*setting, fault)),
            }
        }
        if faults.is_empty() && values.lacks_sender() {
            faults.push((Setting::MailFrom, SettingFault::SenderMissing));
        }
        if !faults.is_empty() {
            return Err(ChangeError::Faults(faults));
        }
        values.connect().map_err(ChangeError::Smtp)?;
        let noted: Vec<Change> = stored
            .iter()
            .map(|(setting, _)| Change::new(setting.name(), before.shown(*setting), values.shown(*setting)))
            .collect();
        if !stored.is_empty() {
            store.settings.put(&stored, noted, by).await.map_err(ChangeError::Store)?;
        }
        *self.0.now.write() = Arc::new(values);
        Ok(stored.into_iter().map(|(setting, _)| setting).collect())
    }
}

fn read(fixed: &Fixed, stored: Vec<(Setting, Result<SecretString, SealError>)>) -> Values {
    let mut values = Values::default();
    for (setting, text) in stored {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(
                    setting = setting.name(),
                    %error,
                    "a stored setting cannot be decrypted: enter it again"
                );
                values.lock(setting);
                continue;
            }
        };
        if let Err(fault) = values.set(setting, text.expose_secret()) {
            let setting = setting.name();
            tracing::warn!(setting, ?fault, "a stored setting is invalid, so its default is used");
        }
    }
    for setting in Setting::ALL {
        if let Some(Err(fault)) = fixed.text(setting).map(|text| values.set(setting, text)) {
            // Fixed texts were checked at the start.
            tracing::error!(setting = setting.name(), ?fault, "a fixed setting is invalid");
        }
    }
    values
}

/// Whether a text changes a setting. A secret always counts as changed, because it is not shown.
fn differs(before: &Values, setting: Setting, text: &str) -> bool {
    setting.is_secret() || before.shown(setting) != text.trim()
}
