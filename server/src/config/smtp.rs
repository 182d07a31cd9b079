//! The SMTP server: `HOOKGRAM_SMTP_URL` and `HOOKGRAM_MAIL_FROM`. What is said of a wrong URL never repeats it: it
//! holds a password.

use std::net::IpAddr;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};

use super::{BadSetting, bad};
use crate::auth::guard::decoded;

pub(super) const URL: &str = "HOOKGRAM_SMTP_URL";
pub(super) const URL_FILE: &str = "HOOKGRAM_SMTP_URL_FILE";
const FROM: &str = "HOOKGRAM_MAIL_FROM";
/// The port of `smtp://` unless the URL says another: submission.
const SUBMISSION: u16 = 587;
/// The port of `smtps://` unless the URL says another.
const SUBMISSIONS: u16 = 465;

/// The way to the SMTP server, and who writes.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is talked to in secret.
    pub tls: SmtpTls,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
    /// From whom mails come.
    pub from: Mailbox,
}

/// Whether an SMTP server is talked to in secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte: `smtps://`.
    Wrapped,
    /// After STARTTLS, where the server offers it: `smtp://`.
    WhenOffered,
    /// Not: `smtp://` to this machine, whose server has no certificate that anybody vouches for.
    None,
}

impl SmtpSettings {
    /// Reads the URL and the address; `None` where no URL is set.
    pub(super) fn read(url: Option<&SecretString>, from: Option<&str>) -> Result<Option<Self>, BadSetting> {
        let from = from.map(read_from).transpose()?;
        let Some(url) = url else { return Ok(None) };
        let from = from.ok_or_else(|| {
            bad(FROM, format!("is needed once {URL} is set; write it like Hookgram <hookgram@example.com>"))
        })?;
        let wrong = |what: &str| bad(URL, format!("{what}; write it like smtps://user:password@mail.example.com"));
        let url = reqwest::Url::parse(url.expose_secret().trim()).map_err(|_| {
            wrong("it is no address of an SMTP server (in the password, @ : / # % are %40 %3A %2F %23 %25)")
        })?;
        let wrapped = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(wrong("it must start with smtp:// or smtps://")),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || !host.is_ascii() || host.contains('%') {
            return Err(wrong("it names no host"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("something stands after the host (in the password, / ? # are %2F %3F %23)"));
        }
        let text = |encoded: &str| String::from_utf8(decoded(encoded)).map_err(|_| wrong("it is not UTF-8"));
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) => return Err(wrong("it has a password but no user")),
            (_, None | Some("")) => return Err(wrong("it has a user but no password")),
            (user, Some(password)) => Some((text(user)?, SecretString::from(text(password)?))),
        };
        let tls = match wrapped {
            true => SmtpTls::Wrapped,
            false if is_this_machine(&host) => SmtpTls::None,
            false => SmtpTls::WhenOffered,
        };
        let port = url.port().unwrap_or(if wrapped { SUBMISSIONS } else { SUBMISSION });
        Ok(Some(Self { host, port, tls, credentials, from }))
    }
}

fn read_from(text: &str) -> Result<Mailbox, BadSetting> {
    let one_line = !text.contains(char::is_control);
    let mailbox = text.trim().parse::<Mailbox>().ok().filter(|_| one_line);
    mailbox.ok_or_else(|| {
        let shown: String = text.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
        bad(FROM, format!("“{shown}” is no e-mail address; write it like Hookgram <hookgram@example.com>"))
    })
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Option<SmtpSettings>, BadSetting> {
        SmtpSettings::read(Some(&SecretString::from(url)), Some("Hookgram <hooks@example.com>"))
    }

    #[test]
    fn urls_as_people_write_them() {
        for (url, host, port, tls, user) in [
            ("smtp://mail.example.com", "mail.example.com", 587, SmtpTls::WhenOffered, None),
            ("smtps://mail.example.com/", "mail.example.com", 465, SmtpTls::Wrapped, None),
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
            let settings = read(url).unwrap().unwrap();
            let given = settings.credentials.as_ref().map(|(user, _)| user.as_str());
            assert_eq!((settings.host.as_str(), settings.port, settings.tls, given), (host, port, tls, user), "{url}");
            if let Some((_, password)) = &settings.credentials {
                assert_eq!(password.expose_secret(), "p@ss/w");
                assert!(!format!("{settings:?}").contains("p@ss"), "{settings:?}");
            }
        }
        assert!(SmtpSettings::read(None, Some("a@b.c")).unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_is_one_sentence_without_the_password() {
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
            let error = read(url).unwrap_err().to_string();
            assert!(error.starts_with("HOOKGRAM_SMTP_URL: "), "{url}: {error}");
            assert!(!error.contains("hunter2") && !error.contains('\n'), "{url}: {error}");
        }
        let url = SecretString::from("smtp://127.0.0.1:25");
        for from in [None, Some("nobody"), Some("a@b.c\r\nBcc: x@y.z"), Some("a@b.c, d@e.f")] {
            let error = SmtpSettings::read(Some(&url), from).unwrap_err().to_string();
            assert!(error.starts_with("HOOKGRAM_MAIL_FROM: ") && !error.contains('\n'), "{error}");
        }
    }
}
