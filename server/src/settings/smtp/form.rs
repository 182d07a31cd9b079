//! The form of the mail server, with separate fields instead of a URL. The URL made from the fields is stored.

use hookgram::setting::{MailService, SmtpSecurity};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    SmtpSettings, SmtpTls,
    url::{SUBMISSION, SUBMISSIONS, SmtpFault, anybody},
};

/// The characters of a user or a password that are percent-encoded in the URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The fields of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmtpFields {
    /// The server's name or address.
    pub host: String,
    /// The port; blank for the default.
    pub port: String,
    /// How the connection is encrypted.
    pub security: SmtpSecurity,
    /// The user; blank if the server requires none.
    pub user: String,
}

/// The fault of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldsFault {
    /// The host is missing or not a host name.
    Host,
    /// The port is invalid.
    Port,
    /// There is a password but no user, or the mail service needs a user.
    NoUser,
    /// There is a user but no password.
    NoPassword,
    /// The stored password is not reused for another server or user.
    PasswordOfAnother,
    /// A password must not be sent over a connection that may be unencrypted.
    PasswordInClear,
    /// STARTTLS can be required only with a user and a password, and not on this machine.
    StartTlsNotRequired,
    /// The URL made from the fields is invalid.
    Url(SmtpFault),
}

impl FieldsFault {
    /// The name of the invalid field.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Host | Self::Url(_) => "smtp_host",
            Self::Port => "smtp_port",
            Self::NoUser => "smtp_user",
            Self::NoPassword | Self::PasswordOfAnother => "smtp_password",
            Self::PasswordInClear | Self::StartTlsNotRequired => "smtp_security",
        }
    }
}

impl SmtpFields {
    /// Splits a stored URL, whose password may be masked, into fields. Also returns whether it has a password. The
    /// fields are blank if the URL is invalid.
    #[must_use]
    pub fn of_url(url: &str) -> (Self, bool) {
        let read = anybody().and_then(|from| SmtpSettings::read(url, from).ok());
        let Some(SmtpSettings { host, port, tls, credentials, .. }) = read else { return (Self::default(), false) };
        let security = security(tls);
        let has_password = credentials.is_some();
        let user = credentials.map(|(user, _)| user).unwrap_or_default();
        (Self { host, port: port.to_string(), security, user }, has_password)
    }

    /// Reads the submitted fields. `get` returns a field by its name. For a known mail service, the service determines
    /// the host. Returns `None` if the form had no such fields.
    pub fn sent(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| get(name).map(|text| text.trim().to_owned());
        let (service, user) = (text("smtp_service"), text("smtp_user").unwrap_or_default());
        let service = service.as_deref().and_then(MailService::parse);
        if let Some(host) = service.and_then(MailService::host) {
            let port = SUBMISSIONS.to_string();
            return Some(Self { host: host.to_owned(), port, security: SmtpSecurity::Tls, user });
        }
        let security = text("smtp_security").and_then(|name| SmtpSecurity::parse(&name)).unwrap_or_default();
        Some(Self { host: text("smtp_host")?, port: text("smtp_port").unwrap_or_default(), security, user })
    }

    /// The mail service of this server.
    #[must_use]
    pub fn service(&self) -> MailService {
        let is_it = |service: &MailService| service.host().is_some_and(|host| host.eq_ignore_ascii_case(&self.host));
        MailService::ALL.into_iter().find(is_it).unwrap_or(MailService::Other)
    }

    /// Whether neither a server nor a user is entered.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.user.is_empty() && (self.host.is_empty() || self.service() != MailService::Other)
    }

    /// Builds the URL to store. `typed` is the password from the form. If it is empty, the password in `kept` is used,
    /// which is the password of the stored URL with these fields. A stored password is never used for another server.
    ///
    /// # Errors
    ///
    /// The fault of the first invalid field.
    pub fn url(&self, typed: &str, kept: Option<(&Self, &SecretString)>) -> Result<SecretString, FieldsFault> {
        let Self { host, port, security: chosen, user } = self;
        let is_address = host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok();
        let odd =
            |letter: char| letter.is_whitespace() || matches!(letter, '@' | '/' | '\\' | '?' | '#' | ':' | '[' | ']');
        if host.is_empty() || (host.contains(odd) && !is_address) {
            return Err(FieldsFault::Host);
        }
        let port: u16 = match (port.as_str(), chosen) {
            ("", SmtpSecurity::Tls) => SUBMISSIONS,
            ("", _) => SUBMISSION,
            (text, _) => text.parse().ok().filter(|port| *port > 0).ok_or(FieldsFault::Port)?,
        };
        let password = match (typed, kept) {
            ("", Some((of, password))) if !user.is_empty() => {
                let same = of.host.eq_ignore_ascii_case(host) && of.user == *user;
                if same { password.expose_secret() } else { return Err(FieldsFault::PasswordOfAnother) }
            }
            (typed, _) => typed,
        };
        let needs_user = self.service() != MailService::Other;
        let credentials = match (user.is_empty(), password.is_empty()) {
            (true, true) if needs_user => return Err(FieldsFault::NoUser),
            (true, true) => String::new(),
            (true, false) => return Err(FieldsFault::NoUser),
            (false, true) => return Err(FieldsFault::NoPassword),
            (false, false) => {
                format!("{}:{}@", utf8_percent_encode(user, ENCODED), utf8_percent_encode(password, ENCODED))
            }
        };
        let scheme = if *chosen == SmtpSecurity::Tls { "smtps" } else { "smtp" };
        let bare = host.trim_matches(['[', ']']);
        let host = if is_address { format!("[{bare}]") } else { bare.to_owned() };
        let url = SecretString::from(format!("{scheme}://{credentials}{host}:{port}"));
        let from = anybody().ok_or(FieldsFault::Host)?;
        let read = SmtpSettings::read(url.expose_secret(), from).map_err(FieldsFault::Url)?;
        match (chosen, security(read.tls)) {
            (SmtpSecurity::Optional, SmtpSecurity::StartTls) => Err(FieldsFault::PasswordInClear),
            (SmtpSecurity::StartTls, SmtpSecurity::Optional) => Err(FieldsFault::StartTlsNotRequired),
            _ => Ok(url),
        }
    }
}

fn security(tls: SmtpTls) -> SmtpSecurity {
    match tls {
        SmtpTls::Wrapped => SmtpSecurity::Tls,
        SmtpTls::Required => SmtpSecurity::StartTls,
        SmtpTls::WhenOffered | SmtpTls::None => SmtpSecurity::Optional,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(host: &str, port: &str, security: SmtpSecurity, user: &str) -> SmtpFields {
        SmtpFields { host: host.to_owned(), port: port.to_owned(), security, user: user.to_owned() }
    }

    #[test]
    fn smtp_fields_become_a_url_and_are_read_back_from_it() {
        use SmtpSecurity::{Optional, StartTls, Tls};
        for (typed, password, url) in [
            (
                fields("smtp.yandex.ru", "465", Tls, "ops@example.com"),
                "p@ss:/?#% w",
                "smtps://ops%40example.com:p%40ss%3A%2F%3F%23%25%20w@smtp.yandex.ru:465",
            ),
            (
                fields("m.example.com", "2525", StartTls, "дежурный"),
                "п",
                "smtp://%D0%B4%D0%B5%D0%B6%D1%83%D1%80%D0%BD%D1%8B%D0%B9:%D0%BF@m.example.com:2525",
            ),
            (fields("relay.example.com", "25", Optional, ""), "", "smtp://relay.example.com:25"),
            (fields("localhost", "25", Optional, "ops"), "x", "smtp://ops:x@localhost:25"),
            (fields("::1", "25", Optional, ""), "", "smtp://[::1]:25"),
        ] {
            let made = typed.url(password, None).unwrap();
            assert_eq!(made.expose_secret(), url);
            assert_eq!(SmtpFields::of_url(url), (typed, !password.is_empty()), "{url}");
        }
        let usual = |security, port: &str| {
            assert_eq!(
                SmtpFields::of_url(fields("m.example.com", "", security, "a").url("b", None).unwrap().expose_secret())
                    .0
                    .port,
                port
            )
        };
        usual(Tls, "465");
        usual(StartTls, "587");
    }

    #[test]
    fn each_fault_is_reported_for_its_field() {
        use SmtpSecurity::{Optional, StartTls, Tls};
        let (stored, secret) = (fields("m.example.com", "465", Tls, "a"), SecretString::from("hunter2"));
        for (typed, password, fault) in [
            (fields("", "", Tls, "a"), "b", FieldsFault::Host),
            (fields("smtps://m.example.com", "", Tls, "a"), "b", FieldsFault::Host),
            (fields("evil@m.example.com", "", Tls, "a"), "b", FieldsFault::Host),
            (fields("m.example.com:465", "", Tls, "a"), "b", FieldsFault::Host),
            (fields("m.example.com", "0", Tls, "a"), "b", FieldsFault::Port),
            (fields("m.example.com", "99999", Tls, "a"), "b", FieldsFault::Port),
            (fields("m.example.com", "", Tls, ""), "b", FieldsFault::NoUser),
            (fields("smtp.gmail.com", "", Tls, ""), "", FieldsFault::NoUser),
            (fields("m.example.com", "", Optional, "a"), "b", FieldsFault::PasswordInClear),
            (fields("m.example.com", "", StartTls, ""), "", FieldsFault::StartTlsNotRequired),
            (fields("localhost", "", StartTls, "a"), "b", FieldsFault::StartTlsNotRequired),
            (fields("почта.рф", "", Tls, "a"), "b", FieldsFault::Url(SmtpFault::NoHost)),
            // The stored password must not be sent to another server, or used for another user of the same server.
            (fields("evil.example.com", "465", Tls, "a"), "", FieldsFault::PasswordOfAnother),
            (fields("m.example.com", "465", Tls, "b"), "", FieldsFault::PasswordOfAnother),
        ] {
            assert_eq!(typed.url(password, Some((&stored, &secret))).unwrap_err(), fault, "{typed:?}");
        }
        let kept = fields("M.example.com", "587", StartTls, "a").url("", Some((&stored, &secret))).unwrap();
        assert_eq!(kept.expose_secret(), "smtp://a:hunter2@M.example.com:587");
        assert_eq!(fields("m.example.com", "", Tls, "a").url("", None).unwrap_err(), FieldsFault::NoPassword);
    }

    #[test]
    fn a_known_mail_service_sets_host_port_and_security() {
        let sent = |pairs: &[(&str, &str)]| {
            SmtpFields::sent(|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let yandex = sent(&[("smtp_service", "yandex"), ("smtp_host", "old.example.com"), ("smtp_user", " a@b.c ")]);
        assert_eq!(yandex, Some(fields("smtp.yandex.ru", "465", SmtpSecurity::Tls, "a@b.c")));
        let other = sent(&[("smtp_service", "other"), ("smtp_host", "m.example.com"), ("smtp_security", "starttls")]);
        assert_eq!(other, Some(fields("m.example.com", "", SmtpSecurity::StartTls, "")));
        assert_eq!(sent(&[("mail_from", "a@b.c")]), None);
        assert_eq!(yandex.map(|fields| fields.service()), Some(MailService::Yandex));
    }
}
