//! Settings that admins may change while the server runs (contract §6).

use crate::{booking::DEFAULT_HOST, closed_set::closed_set, role::Role};

closed_set! {
    /// A setting of the Settings page. Its name is the name of its form field and, in upper case after `HOOKGRAM_`, of
    /// its environment variable.
    pub enum Setting {
        /// The URL of the SMTP server, with the password.
        SmtpUrl = "smtp_url",
        /// The sender's address of mails.
        MailFrom = "mail_from",
        /// The days for which events are kept.
        RetentionDays = "retention_days",
        /// The days for which the audit is kept.
        AuditDays = "audit_days",
        /// The days for which customers are kept after the last contact.
        CustomerDays = "customer_days",
        /// Whether the stateless endpoint is open.
        Stateless = "stateless",
        /// The most undelivered events of strangers.
        StrangerEvents = "stranger_events",
        /// How long a repeated event counts as a duplicate.
        DuplicateWindow = "duplicate_window",
        /// The largest body of an event.
        MaxBody = "max_body",
        /// The age at which a delivery is given up.
        RetryMaxAge = "retry_max_age",
        /// The host of the links in messages.
        BookingUrl = "booking_url",
        /// The host of the pages on which customers of booking bots book.
        BookingPages = "booking_pages",
        /// The roles that need a second factor.
        SecondFactor = "second_factor",
        /// Whether viewers see the text of messages and their recipients.
        ViewersSeeData = "viewers_see_data",
    }
}

impl Setting {
    /// The environment variable that overrides the setting. The command-line flag has a matching name.
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::SmtpUrl => "HOOKGRAM_SMTP_URL",
            Self::MailFrom => "HOOKGRAM_MAIL_FROM",
            Self::RetentionDays => "HOOKGRAM_RETENTION_DAYS",
            Self::AuditDays => "HOOKGRAM_AUDIT_DAYS",
            Self::CustomerDays => "HOOKGRAM_CUSTOMER_DAYS",
            Self::Stateless => "HOOKGRAM_STATELESS",
            Self::StrangerEvents => "HOOKGRAM_STRANGER_EVENTS",
            Self::DuplicateWindow => "HOOKGRAM_DUPLICATE_WINDOW",
            Self::MaxBody => "HOOKGRAM_MAX_BODY",
            Self::RetryMaxAge => "HOOKGRAM_RETRY_MAX_AGE",
            Self::BookingUrl => "HOOKGRAM_BOOKING_URL",
            Self::BookingPages => "HOOKGRAM_BOOKING_PAGES",
            Self::SecondFactor => "HOOKGRAM_SECOND_FACTOR",
            Self::ViewersSeeData => "HOOKGRAM_VIEWERS_SEE_DATA",
        }
    }

    /// Whether the value is encrypted in the database and never shown.
    #[must_use]
    pub fn is_secret(self) -> bool {
        self == Self::SmtpUrl
    }

    /// The default; blank means no value.
    #[must_use]
    pub fn default_text(self) -> &'static str {
        match self {
            Self::SmtpUrl | Self::MailFrom => "",
            Self::RetentionDays => "30",
            Self::AuditDays => "365",
            Self::CustomerDays => "400",
            Self::Stateless => "true",
            Self::StrangerEvents => "2000",
            Self::DuplicateWindow => "10m",
            Self::MaxBody => "1MiB",
            Self::RetryMaxAge => "24h",
            Self::BookingUrl => "https://torrow.net",
            Self::BookingPages => DEFAULT_HOST,
            Self::SecondFactor => "off",
            Self::ViewersSeeData => "false",
        }
    }
}

closed_set! {
    /// The roles that need a second factor.
    #[derive(Default)]
    pub enum SecondFactor {
        /// No role.
        #[default]
        Off = "off",
        /// Admins.
        Admins = "admins",
        /// Operators and admins.
        Operators = "operators",
        /// Every role.
        All = "all",
    }
}

impl SecondFactor {
    /// Whether an account with this role needs a second factor.
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

closed_set! {
    /// A mail service whose SMTP server is known, for the form of the mail server.
    pub enum MailService {
        /// Yandex Mail.
        Yandex = "yandex",
        /// Mail.ru.
        MailRu = "mailru",
        /// Gmail.
        Gmail = "gmail",
        /// Another one: its server is typed.
        Other = "other",
    }
}

impl MailService {
    /// The SMTP server, which takes mails at port 465 over TLS. `None` for another service.
    #[must_use]
    pub fn host(self) -> Option<&'static str> {
        match self {
            Self::Yandex => Some("smtp.yandex.ru"),
            Self::MailRu => Some("smtp.mail.ru"),
            Self::Gmail => Some("smtp.gmail.com"),
            Self::Other => None,
        }
    }
}

closed_set! {
    /// How the connection to the mail server is encrypted, for the form of the mail server.
    #[derive(Default)]
    pub enum SmtpSecurity {
        /// TLS from the first byte.
        #[default]
        Tls = "tls",
        /// STARTTLS, without which nothing is sent.
        StartTls = "starttls",
        /// STARTTLS if the server offers it, never on this machine.
        Optional = "none",
    }
}
