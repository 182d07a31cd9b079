//! The URL of the SMTP server and the sender of mails, from `HOOKGRAM_SMTP_URL` and `HOOKGRAM_MAIL_FROM`. Errors never
//! repeat the URL, because it contains a password.

use std::{borrow::Cow, net::IpAddr};

use lettre::message::Mailbox;
use secrecy::SecretString;

use percent_encoding::percent_decode_str;

pub(crate) const URL: &str = "HOOKGRAM_SMTP_URL";
pub(crate) const URL_FILE: &str = "HOOKGRAM_SMTP_URL_FILE";
pub(super) const SUBMISSION: u16 = 587;
pub(super) const SUBMISSIONS: u16 = 465;

/// The SMTP server and the sender of mails.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// The server's name or address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// The user and the password.
    pub credentials: Option<(String, SecretString)>,
    /// The sender of mails.
    pub from: Mailbox,
}

/// How the connection to an SMTP server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte: `smtps://`.
    Wrapped,
    /// STARTTLS, without which nothing is sent: `smtp://` with a password.
    Required,
    /// STARTTLS if the server offers it: `smtp://` without a password.
    WhenOffered,
    /// No encryption: `smtp://` to this machine, whose server has no trusted certificate.
    None,
}

/// The fault of an SMTP server's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpFault {
    /// It is not a URL.
    NoAddress,
    /// Its scheme is neither `smtp` nor `smtps`.
    Scheme,
    /// It names no host.
    NoHost,
    /// It has a path, a query or a fragment.
    Rest,
    /// The user or the password is not UTF-8.
    NotUtf8,
    /// A password without a user.
    NoUser,
    /// A user without a password.
    NoPassword,
}

impl SmtpFault {
    /// The explanation for the terminal, as part of a sentence.
    pub(crate) fn problem(self) -> String {
        let what = match self {
            Self::NoAddress => {
                "it is no address of an SMTP server (in the password, @ : / # % are %40 %3A %2F %23 %25)"
            }
            Self::Scheme => "it must start with smtp:// or smtps://",
            Self::NoHost => "it names no host",
            Self::Rest => "something stands after the host (in the password, / ? # are %2F %3F %23)",
            Self::NotUtf8 => "it is not UTF-8",
            Self::NoUser => "it has a password but no user",
            Self::NoPassword => "it has a user but no password",
        };
        format!("{what}; write it like smtps://user:password@mail.example.com")
    }
}

impl SmtpSettings {
    /// Parses the URL. `from` is the sender of mails.
    ///
    /// # Errors
    ///
    /// The fault of the URL.
    pub fn read(url: &str, from: Mailbox) -> Result<Self, SmtpFault> {
        let url = reqwest::Url::parse(url.trim()).map_err(|_| SmtpFault::NoAddress)?;
        let wrapped = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(SmtpFault::Scheme),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || !host.is_ascii() || host.contains('%') {
            return Err(SmtpFault::NoHost);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(SmtpFault::Rest);
        }
        let text = |encoded: &str| {
            percent_decode_str(encoded).decode_utf8().map(Cow::into_owned).map_err(|_| SmtpFault::NotUtf8)
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) => return Err(SmtpFault::NoUser),
            (_, None | Some("")) => return Err(SmtpFault::NoPassword),
            (user, Some(password)) => Some((text(user)?, SecretString::from(text(password)?))),
        };
        let tls = match wrapped {
            true => SmtpTls::Wrapped,
            false if is_this_machine(&host) => SmtpTls::None,
            // An attacker can strip STARTTLS from the server's reply, and must not get the password.
            false if credentials.is_some() => SmtpTls::Required,
            false => SmtpTls::WhenOffered,
        };
        let port = url.port().unwrap_or(if wrapped { SUBMISSIONS } else { SUBMISSION });
        Ok(Self { host, port, tls, credentials, from })
    }
}

/// Parses the sender of mails: an address, or a name and an address.
pub(crate) fn read_from(text: &str) -> Option<Mailbox> {
    let one_line = !text.contains(char::is_control);
    text.trim().parse::<Mailbox>().ok().filter(|_| one_line)
}

/// A placeholder sender, for a URL that is only parsed.
pub(crate) fn anybody() -> Option<Mailbox> {
    read_from("hookgram@localhost")
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(url: &str) -> Result<SmtpSettings, SmtpFault> {
        SmtpSettings::read(url, read_from("Hookgram <hooks@example.com>").unwrap())
    }

    #[test]
    fn smtp_urls_are_parsed() {
        for (url, host, port, tls, user) in [
            ("smtp://mail.example.com", "mail.example.com", 587, SmtpTls::WhenOffered, None),
            ("smtps://mail.example.com/", "mail.example.com", 465, SmtpTls::Wrapped, None),
            (
                "smtp://ops%40example.com:p%40ss%2Fw@mail.example.com",
                "mail.example.com",
                587,
                SmtpTls::Required,
                Some("ops@example.com"),
            ),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, SmtpTls::None, None),
            ("smtp://localhost:25", "localhost", 25, SmtpTls::None, None),
            ("smtp://[::1]:25", "::1", 25, SmtpTls::None, None),
            (
                "smtps://ops%40example.com:p%40ss%2Fw@m.example.com:466",
                "m.example.com",
                466,
                SmtpTls::Wrapped,
                Some("ops@example.com"),
            ),
        ] {
            let settings = read(url).unwrap();
            let given = settings.credentials.as_ref().map(|(user, _)| user.as_str());
            assert_eq!((settings.host.as_str(), settings.port, settings.tls, given), (host, port, tls, user), "{url}");
            if let Some((_, password)) = &settings.credentials {
                assert_eq!(password.expose_secret(), "p@ss/w");
                assert!(!format!("{settings:?}").contains("p@ss"), "{settings:?}");
            }
        }
    }

    #[test]
    fn the_error_about_a_wrong_smtp_url_is_one_sentence_without_the_password() {
        for url in [
            "mail.example.com",
            "http://user:hunter2@mail.example.com",
            "smtp://user:hunter2@",
            "smtp://user:hunter2@mail.example.com/inbox",
            "smtp://user:hunter2#x@mail.example.com",
            "smtp://:hunter2@mail.example.com",
            "smtp://hunter2@mail.example.com",
            "smtp://user:hunter2@mail.example.com:port",
            "smtp://user:hunter2%ff@mail.example.com",
            "",
        ] {
            let error = read(url).unwrap_err().problem();
            assert!(!error.contains("hunter2") && !error.contains('\n'), "{url}: {error}");
        }
        for from in ["", "nobody", "a@b.c\r\nBcc: x@y.z", "a@b.c, d@e.f"] {
            assert!(read_from(from).is_none(), "{from}");
        }
    }
}
