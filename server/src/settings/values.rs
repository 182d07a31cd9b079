//! The values of all settings, parsed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use hookgram::setting::{SecondFactor, Setting};
use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};

use super::SettingFault;
use crate::settings::{
    parse,
    smtp::{
        Smtp, SmtpError, SmtpSettings,
        form::SmtpFields,
        url::{self, SmtpFault},
    },
};

/// The minimum number of days that the audit log is kept. The database rejects an earlier deletion (migration 0013).
const AUDIT_LEAST: u64 = 30;

/// The upper bound of the limit on strangers' undelivered events.
const MOST_STRANGER_EVENTS: u64 = 1_000_000;

/// The values of all settings at one time.
#[derive(Clone, Debug)]
pub struct Values {
    /// The SMTP client; `None` unless both the server and the sender of mails are set.
    pub smtp: Option<Smtp>,
    /// The prefix of links in messages, without a trailing slash.
    pub booking_url: Arc<str>,
    /// The scheme and host of the pages on which customers of booking bots book.
    pub booking_pages: Arc<str>,
    /// Whether the stateless endpoint is open.
    pub stateless: bool,
    /// The maximum number of strangers' undelivered events in total (contract §1).
    pub stranger_events: u64,
    /// The maximum size of an event's body, in bytes.
    pub max_body: usize,
    /// How long events and their payloads are kept.
    pub retention: Duration,
    /// How long the audit log is kept.
    pub audit: Duration,
    /// How long customers are kept after the last contact.
    pub customers: Duration,
    /// How long an identical event counts as a duplicate.
    pub duplicate_window: Duration,
    /// The age at which a delivery is given up.
    pub retry_max_age: Duration,
    /// The accounts that must have a second factor.
    pub second_factor: SecondFactor,
    /// Whether viewers see the text and the recipients of messages.
    pub viewers_see_data: bool,
    mail_from: Option<Mailbox>,
    smtp_url: Option<SecretString>,
    texts: BTreeMap<Setting, SecretString>,
    locked: BTreeSet<Setting>,
}

impl Default for Values {
    fn default() -> Self {
        let day = Duration::from_secs(86_400);
        Self {
            smtp: None,
            booking_url: Setting::BookingUrl.default_text().into(),
            booking_pages: Setting::BookingPages.default_text().into(),
            stateless: true,
            stranger_events: 2_000,
            max_body: 1 << 20,
            retention: day * 30,
            audit: day * 365,
            customers: day * 400,
            duplicate_window: Duration::from_secs(600),
            retry_max_age: day,
            second_factor: SecondFactor::Off,
            viewers_see_data: false,
            mail_from: None,
            smtp_url: None,
            texts: BTreeMap::new(),
            locked: BTreeSet::new(),
        }
    }
}

impl Values {
    /// Sets one setting from its text. A changed mail server takes effect with [`Values::connect`].
    ///
    /// # Errors
    ///
    /// The fault of the text. Nothing is changed then.
    pub fn set(&mut self, setting: Setting, text: &str) -> Result<(), SettingFault> {
        let text = text.trim();
        match setting {
            Setting::SmtpUrl if text.is_empty() => self.smtp_url = None,
            Setting::SmtpUrl => {
                let anybody = url::anybody().ok_or(SettingFault::Sender)?;
                SmtpSettings::read(text, anybody).map_err(SettingFault::Smtp)?;
                self.smtp_url = Some(SecretString::from(text));
            }
            Setting::MailFrom if text.is_empty() => self.mail_from = None,
            Setting::MailFrom => self.mail_from = Some(url::read_from(text).ok_or(SettingFault::Sender)?),
            Setting::BookingUrl => {
                self.booking_url = parse::web_address(text).ok_or(SettingFault::Address)?.into();
            }
            Setting::BookingPages => {
                self.booking_pages = parse::web_address(text).ok_or(SettingFault::Address)?.into();
            }
            Setting::Stateless => self.stateless = parse::boolean(text).ok_or(SettingFault::YesOrNo)?,
            Setting::StrangerEvents => {
                let count = text.parse().ok().filter(|count| *count <= MOST_STRANGER_EVENTS);
                self.stranger_events = count.ok_or(SettingFault::Count)?;
            }
            Setting::ViewersSeeData => self.viewers_see_data = parse::boolean(text).ok_or(SettingFault::YesOrNo)?,
            Setting::MaxBody => self.max_body = parse::size(text).ok_or(SettingFault::Size)?,
            Setting::RetentionDays => self.retention = parse::days(text, 1).ok_or(SettingFault::Days { least: 1 })?,
            Setting::AuditDays => {
                let fault = SettingFault::Days { least: AUDIT_LEAST };
                self.audit = parse::days(text, AUDIT_LEAST).ok_or(fault)?;
            }
            Setting::CustomerDays => self.customers = parse::days(text, 1).ok_or(SettingFault::Days { least: 1 })?,
            Setting::DuplicateWindow => self.duplicate_window = parse::span(text).ok_or(SettingFault::Span)?,
            Setting::RetryMaxAge => self.retry_max_age = parse::span(text).ok_or(SettingFault::Span)?,
            Setting::SecondFactor => self.second_factor = SecondFactor::parse(text).ok_or(SettingFault::Policy)?,
        }
        self.texts.insert(setting, SecretString::from(text));
        self.locked.remove(&setting);
        Ok(())
    }

    pub(super) fn lock(&mut self, setting: Setting) {
        self.locked.insert(setting);
    }

    /// Whether the stored text cannot be decrypted and no other value replaces it.
    #[must_use]
    pub fn is_locked(&self, setting: Setting) -> bool {
        self.locked.contains(&setting)
    }

    /// The text of a setting for display. Passwords are left out.
    #[must_use]
    pub fn shown(&self, setting: Setting) -> String {
        let text = self.texts.get(&setting).map_or_else(|| setting.default_text(), |text| text.expose_secret());
        if setting == Setting::SmtpUrl { without_password(text) } else { text.to_owned() }
    }

    /// The fields of the configured mail server, and its password.
    #[must_use]
    pub fn smtp_password(&self) -> Option<(SmtpFields, SecretString)> {
        let url = self.smtp_url.as_ref()?.expose_secret();
        let (_, password) = SmtpSettings::read(url, url::anybody()?).ok()?.credentials?;
        Some((SmtpFields::of_url(url).0, password))
    }

    /// Whether a mail server is set without a sender of mails.
    #[must_use]
    pub fn lacks_sender(&self) -> bool {
        self.smtp_url.is_some() && self.mail_from.is_none()
    }

    /// Creates the SMTP client from its settings. It does not connect yet.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn connect(&mut self) -> Result<(), SmtpError> {
        self.smtp = match self.smtp_settings() {
            Some(settings) => Some(Smtp::new(&settings)?),
            None => None,
        };
        Ok(())
    }

    fn smtp_settings(&self) -> Option<SmtpSettings> {
        let (url, from) = self.smtp_url.as_ref().zip(self.mail_from.clone())?;
        // The URL was checked when it was set.
        let read: Result<SmtpSettings, SmtpFault> = SmtpSettings::read(url.expose_secret(), from);
        read.ok()
    }
}

/// Masks the password: `smtps://user:…@mail.example.com`.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    match rest.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:…@{host}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_text_parses_to_the_default_value() {
        let mut read = Values::default();
        for setting in Setting::ALL {
            read.set(setting, setting.default_text()).unwrap();
            assert_eq!(Setting::parse(setting.name()), Some(setting));
            assert_eq!(setting.variable(), format!("HOOKGRAM_{}", setting.name().to_uppercase()));
        }
        read.texts.clear();
        assert_eq!(format!("{read:?}"), format!("{:?}", Values::default()));
    }

    #[test]
    fn the_smtp_password_is_masked_when_shown() {
        let mut values = Values::default();
        for (url, shown) in [
            ("smtps://ops:hunter2@mail.example.com:466", "smtps://ops:…@mail.example.com:466"),
            ("smtp://ops%40example.com:hunter2%40@mail.example.com", "smtp://ops%40example.com:…@mail.example.com"),
            ("smtp://mail.example.com", "smtp://mail.example.com"),
            ("", ""),
        ] {
            values.set(Setting::SmtpUrl, url).unwrap();
            assert_eq!(values.shown(Setting::SmtpUrl), shown);
            assert!(!format!("{values:?}").contains("hunter2"), "{values:?}");
        }
    }

    #[test]
    fn an_invalid_value_changes_no_setting() {
        let mut values = Values::default();
        for (setting, text) in [
            (Setting::SmtpUrl, "http://mail.example.com"),
            (Setting::MailFrom, "nobody"),
            (Setting::RetentionDays, "0"),
            (Setting::AuditDays, "29"),
            (Setting::CustomerDays, "0"),
            (Setting::Stateless, "perhaps"),
            (Setting::DuplicateWindow, "10"),
            (Setting::MaxBody, "65MiB"),
            (Setting::RetryMaxAge, "-1h"),
            (Setting::BookingUrl, "ftp://x"),
            (Setting::BookingPages, "embed"),
            (Setting::SecondFactor, "some"),
            (Setting::ViewersSeeData, ""),
        ] {
            assert!(values.set(setting, text).is_err(), "{text}");
        }
        assert_eq!(format!("{values:?}"), format!("{:?}", Values::default()));
    }
}
