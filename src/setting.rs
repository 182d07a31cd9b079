//! Settings that admins may change while the server runs (contract §6).

use crate::{closed_set::closed_set, role::Role};

closed_set! {
    /// A setting of the Settings page. Its name is also that of its field and, in upper case after `HOOKGRAM_`, of its
    /// environment variable.
    pub enum Setting {
        /// The SMTP server, password inside.
        SmtpUrl = "smtp_url",
        /// From whom mails come.
        MailFrom = "mail_from",
        /// Days that events are kept.
        RetentionDays = "retention_days",
        /// Days that the audit is kept.
        AuditDays = "audit_days",
        /// Whether the stateless endpoint is open.
        Stateless = "stateless",
        /// How many undelivered events of strangers there may be.
        StrangerEvents = "stranger_events",
        /// How long the same event counts as a duplicate.
        DuplicateWindow = "duplicate_window",
        /// Largest body of an event.
        MaxBody = "max_body",
        /// The age at which a delivery is given up.
        RetryMaxAge = "retry_max_age",
        /// The host of the links in messages.
        BookingUrl = "booking_url",
        /// Whose account must have a second factor.
        SecondFactor = "second_factor",
        /// Whether viewers see what messages say and to whom they go.
        ViewersSeeData = "viewers_see_data",
    }
}

impl Setting {
    /// The environment variable that fixes it; its flag is called likewise.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::SmtpUrl => "HOOKGRAM_SMTP_URL",
            Self::MailFrom => "HOOKGRAM_MAIL_FROM",
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

closed_set! {
    /// Whose account must have a second factor.
    #[derive(Default)]
    pub enum SecondFactor {
        /// Nobody's.
        #[default]
        Off = "off",
        /// Admins'.
        Admins = "admins",
        /// Operators' and admins'.
        Operators = "operators",
        /// Everybody's.
        All = "all",
    }
}

impl SecondFactor {
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
