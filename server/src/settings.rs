//! Settings that admins may change while the server runs (contract §6). A fixed value from a flag or the environment
//! takes precedence over the stored value, which takes precedence over the default. The same code parses all of them
//! from text.

mod live;
pub mod parse;
pub mod smtp;
mod values;

use std::collections::BTreeMap;

use hookgram::setting::Setting;
use secrecy::{ExposeSecret as _, SecretString};

pub use self::{
    live::{ChangeError, Live, LoadError},
    values::Values,
};
use crate::settings::{parse::BadSetting, smtp::url::SmtpFault};

/// The fault of a setting's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// Not a web address.
    Address,
    /// Neither yes nor no.
    YesOrNo,
    /// Not a size, or too large.
    Size,
    /// Not a number of days, or fewer than `least`.
    Days {
        /// The minimum.
        least: u64,
    },
    /// Not a number of events in the allowed range.
    Count,
    /// Not a duration.
    Span,
    /// Not a policy for the second factor.
    Policy,
    /// Not a sender address of mails.
    Sender,
    /// A mail server without a sender address.
    SenderMissing,
    /// Not the URL of an SMTP server.
    Smtp(SmtpFault),
}

impl SettingFault {
    /// The explanation for the terminal: one sentence, without secrets.
    #[must_use]
    pub fn problem(self, text: &str) -> String {
        match self {
            Self::Address => format!("“{text}” is not a web address; write it like https://example.com"),
            Self::YesOrNo => format!("“{text}” is neither true nor false"),
            Self::Size => format!("“{text}” is not a size up to 64 MiB; write it like 512KiB or 1MiB"),
            Self::Days { least } => format!("“{text}” is not a number of days from {least} to 36500; write it like 30"),
            Self::Count => format!("“{text}” is not a whole number from 0 to 1000000; write it like 2000"),
            Self::Span => format!("“{text}” is not a span of time; write it like 30s, 10m, 24h or 7d"),
            Self::Policy => format!("“{text}” is not one of off, admins, operators, all"),
            Self::Sender => {
                let shown: String = text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
                format!("“{shown}” is not an email address; write it like Hookgram <hookgram@example.com>")
            }
            Self::SenderMissing => {
                format!("is needed once {} is set; write it like Hookgram <hookgram@example.com>", smtp::url::URL)
            }
            Self::Smtp(fault) => fault.problem(),
        }
    }
}

/// Settings that flags and the environment fix.
#[derive(Clone, Debug, Default)]
pub struct Fixed(BTreeMap<Setting, SecretString>);

impl Fixed {
    /// Fixes a setting.
    ///
    /// # Errors
    /// If the text is invalid.
    pub fn fix(&mut self, setting: Setting, text: &str) -> Result<(), BadSetting> {
        Values::default()
            .set(setting, text)
            .map_err(|fault| BadSetting { name: setting.variable(), problem: fault.problem(text) })?;
        self.0.insert(setting, SecretString::from(text));
        Ok(())
    }

    /// Whether a setting is fixed.
    #[must_use]
    pub fn has(&self, setting: Setting) -> bool {
        self.0.contains_key(&setting)
    }

    fn text(&self, setting: Setting) -> Option<&str> {
        self.0.get(&setting).map(|text| text.expose_secret())
    }
}
