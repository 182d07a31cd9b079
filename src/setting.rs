//! Settings that admins can change while the server runs (contract §6).

use crate::{booking::DEFAULT_HOST, closed_set::closed_set, role::Role};

closed_set! {
    /// A setting of the Settings page. Its name is also the name of its form field. Its environment variable is
    /// `HOOKGRAM_` followed by the name in upper case.
    pub enum Setting {
        /// The URL of the SMTP server, including the password.
        SmtpUrl = "smtp_url",
        /// The sender address of mails.
        MailFrom = "mail_from",
        /// The number of days for which events are kept.
        RetentionDays = "retention_days",
        /// The number of days for which audit entries are kept.
        AuditDays = "audit_days",
        /// The number of days for which customers are kept after the last contact.
        CustomerDays = "customer_days",
        /// Whether the stateless endpoint is enabled.
        Stateless = "stateless",
        /// The maximum number of undelivered events with unknown tokens (contract §1).
        StrangerEvents = "stranger_events",
        /// The period in which a repeated event counts as a duplicate.
        DuplicateWindow = "duplicate_window",
        /// The maximum size of an event's body.
        MaxBody = "max_body",
        /// The age at which the worker gives up a delivery.
        RetryMaxAge = "retry_max_age",
        /// The host of the links in messages.
        BookingUrl = "booking_url",
        /// The host of the pages on which customers of booking bots book.
        BookingPages = "booking_pages",
        /// The roles that need a second factor.
        SecondFactor = "second_factor",
        /// Whether viewers can see the text and the recipients of messages.
        ViewersSeeData = "viewers_see_data",
    }
}

impl Setting {
    /// The environment variable that overrides the setting. The name of the command-line flag corresponds to it.
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

    /// The default. Blank means no value.
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
    /// A mail service with a known SMTP server, for the mail server form.
    pub enum MailService {
        /// Yandex Mail.
        Yandex = "yandex",
        /// Mail.ru.
        MailRu = "mailru",
        /// Gmail.
        Gmail = "gmail",
        /// Another service. The user enters its server.
        Other = "other",
    }
}

impl MailService {
    /// The SMTP server, which accepts mails on port 465 over TLS. `None` for another service.
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
    /// The encryption of the connection to the mail server, for the mail server form.
    #[derive(Default)]
    pub enum SmtpSecurity {
        /// TLS from the first byte.
        #[default]
        Tls = "tls",
        /// STARTTLS. Without it, no mail is sent.
        StartTls = "starttls",
        /// STARTTLS if the server offers it. Never used for a mail server on this machine.
        Optional = "none",
    }
}
