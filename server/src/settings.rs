//! Settings that admins may change while the server runs (contract §6). What flag or environment says is fixed and wins
//! over what is stored, which wins over the default. All of them are read from the same texts by the same code, wherever
//! these come from.

mod live;
mod values;

use std::collections::BTreeMap;

use hookgram::role::Role;
use secrecy::{ExposeSecret as _, SecretString};

pub use self::{
    live::{ChangeError, Live, LoadError},
    values::Values,
};
use crate::config::{
    BadSetting,
    smtp::{self, SmtpFault},
};

/// A setting of the Settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// The SMTP server, password inside.
    SmtpUrl,
    /// From whom mails come.
    MailFrom,
    /// Days that events are kept.
    RetentionDays,
    /// Days that the audit is kept.
    AuditDays,
    /// Whether the stateless door is open.
    Stateless,
    /// How many undelivered events of strangers there may be.
    StrangerEvents,
    /// How long the same event counts as a duplicate.
    DuplicateWindow,
    /// Largest body of an event.
    MaxBody,
    /// The age at which a delivery is given up.
    RetryMaxAge,
    /// The host of the links in messages.
    BookingUrl,
    /// Whose account must have a second factor.
    SecondFactor,
    /// Whether viewers see what messages say and to whom they go.
    ViewersSeeData,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::SmtpUrl,
        Self::MailFrom,
        Self::RetentionDays,
        Self::AuditDays,
        Self::Stateless,
        Self::StrangerEvents,
        Self::DuplicateWindow,
        Self::MaxBody,
        Self::RetryMaxAge,
        Self::BookingUrl,
        Self::SecondFactor,
        Self::ViewersSeeData,
    ];

    /// As it is stored, and as its field is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SmtpUrl => "smtp_url",
            Self::MailFrom => "mail_from",
            Self::RetentionDays => "retention_days",
            Self::AuditDays => "audit_days",
            Self::Stateless => "stateless",
            Self::StrangerEvents => "stranger_events",
            Self::DuplicateWindow => "duplicate_window",
            Self::MaxBody => "max_body",
            Self::RetryMaxAge => "retry_max_age",
            Self::BookingUrl => "booking_url",
            Self::SecondFactor => "second_factor",
            Self::ViewersSeeData => "viewers_see_data",
        }
    }

    /// The setting of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// The environment variable that fixes it; its flag is called likewise.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::SmtpUrl => smtp::URL,
            Self::MailFrom => smtp::FROM,
            Self::RetentionDays => "HOOKGRAM_RETENTION_DAYS",
            Self::AuditDays => "HOOKGRAM_AUDIT_DAYS",
            Self::Stateless => "HOOKGRAM_STATELESS",
            Self::StrangerEvents => "HOOKGRAM_STRANGER_EVENTS",
            Self::DuplicateWindow => "HOOKGRAM_DUPLICATE_WINDOW",
            Self::MaxBody => "HOOKGRAM_MAX_BODY",
            Self::RetryMaxAge => "HOOKGRAM_RETRY_MAX_AGE",
            Self::BookingUrl => "HOOKGRAM_BOOKING_URL",
            Self::SecondFactor => "HOOKGRAM_SECOND_FACTOR",
            Self::ViewersSeeData => "HOOKGRAM_VIEWERS_SEE_DATA",
        }
    }

    /// Whether it is sealed where it is stored, and shown nowhere.
    #[must_use]
    pub fn is_secret(self) -> bool {
        self == Self::SmtpUrl
    }

    /// What holds where nobody has said anything; blank: nothing.
    #[must_use]
    pub fn default_text(self) -> &'static str {
        match self {
            Self::SmtpUrl | Self::MailFrom => "",
            Self::RetentionDays => "30",
            Self::AuditDays => "365",
            Self::Stateless => "true",
            Self::StrangerEvents => "2000",
            Self::DuplicateWindow => "10m",
            Self::MaxBody => "1MiB",
            Self::RetryMaxAge => "24h",
            Self::BookingUrl => "https://torrow.net",
            Self::SecondFactor => "off",
            Self::ViewersSeeData => "false",
        }
    }
}

/// Whose account must have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// Nobody's.
    #[default]
    Off,
    /// Admins'.
    Admins,
    /// Operators' and admins'.
    Operators,
    /// Everybody's.
    All,
}

impl SecondFactor {
    /// Every policy, the laxest first.
    pub const ALL: [Self; 4] = [Self::Off, Self::Admins, Self::Operators, Self::All];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Admins => "admins",
            Self::Operators => "operators",
            Self::All => "all",
        }
    }

    /// The policy of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name.trim())
    }

    /// Whether it asks for one of this role.
    #[must_use]
    pub fn asks(self, role: Role) -> bool {
        match self {
            Self::Off => false,
            Self::Admins => role >= Role::Admin,
            Self::Operators => role >= Role::Operator,
            Self::All => true,
        }
    }
}

/// What is wrong with a setting's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// No web address.
    Address,
    /// Neither yes nor no.
    YesOrNo,
    /// No size, or too large.
    Size,
    /// No number of days from `least` on.
    Days {
        /// The fewest.
        least: u64,
    },
    /// No number of events.
    Count,
    /// No span of time.
    Span,
    /// No policy for the second factor.
    Policy,
    /// No sender of mails.
    Sender,
    /// A mail server, but no sender.
    SenderMissing,
    /// No mail server.
    Smtp(SmtpFault),
}

impl SettingFault {
    /// For the terminal: one sentence, which never repeats a secret.
    #[must_use]
    pub fn problem(self, text: &str) -> String {
        match self {
            Self::Address => format!("“{text}” is no address; write it like https://example.com"),
            Self::YesOrNo => format!("“{text}” is neither true nor false"),
            Self::Size => format!("“{text}” is no size up to 64 MiB; write it like 512KiB or 1MiB"),
            Self::Days { least } => format!("“{text}” is no number of days from {least} to 36500; write it like 30"),
            Self::Count => format!("“{text}” is no whole number from 0 to 1000000; write it like 2000"),
            Self::Span => format!("“{text}” is no span of time; write it like 30s, 10m, 24h or 7d"),
            Self::Policy => format!("“{text}” is none of off, admins, operators, all"),
            Self::Sender => {
                let shown: String = text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
                format!("“{shown}” is no e-mail address; write it like Hookgram <hookgram@example.com>")
            }
            Self::SenderMissing => {
                format!("is needed once {} is set; write it like Hookgram <hookgram@example.com>", smtp::URL)
            }
            Self::Smtp(fault) => fault.problem(),
        }
    }
}

/// What flags and environment say.
#[derive(Clone, Debug, Default)]
pub struct Fixed(BTreeMap<Setting, SecretString>);

impl Fixed {
    /// Fixes a setting.
    ///
    /// # Errors
    /// If the text cannot be used.
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
