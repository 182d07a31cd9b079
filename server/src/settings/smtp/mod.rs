//! The SMTP client: sends a mail to one address at a time. Errors contain no credentials.

pub mod form;
pub mod url;

use std::{error::Error as _, fmt, io, time::Duration};

use data_encoding::BASE64;
use hookgram::{secret::redact, values::EmailAddress};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use rustls::CertificateError;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

pub use self::url::{SmtpSettings, SmtpTls};

/// The timeout for sending one mail to one address.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);
/// An attacker in the middle may have removed STARTTLS from the server's reply.
const NO_STARTTLS: &str = "the SMTP server offers no STARTTLS, so neither the password nor the email was sent: use an \
    smtps:// URL, or one without user and password if emails may travel unencrypted";
/// The error for a recipient with non-ASCII letters before the `@`.
const NO_SMTPUTF8: &str = "the SMTP server does not accept an address with such letters before the @ (it offers no \
    SMTPUTF8)";
/// The same error for the sender.
const NO_SMTPUTF8_FROM: &str = "the SMTP server does not accept a sender with non-ASCII letters before the @ (it offers \
    no SMTPUTF8): set another address in HOOKGRAM_MAIL_FROM";
/// The maximum number of characters of the server's reply that are kept.
const LONGEST_WORDS: usize = 200;

/// An SMTP client. Cheap to clone.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Texts that are removed from the server's replies, in case it repeats them.
    secrets: Vec<SecretString>,
}

/// TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS for the SMTP server cannot be set up: {0}")]
pub struct SmtpError(#[from] smtp::Error);

/// The content of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject, a single line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Posted {
    Taken,
    /// The server rejected the mail permanently, with this reply.
    Refused(String),
    /// The server rejected the mail temporarily, with this reply.
    Later(String),
    /// There was no usable reply, so other addresses would fail too.
    Away(String),
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("from", &self.from.to_string()).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Creates a client with these settings. It does not connect yet.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let parameters = || TlsParameters::new(settings.host.clone());
        let tls = match settings.tls {
            SmtpTls::Wrapped => Tls::Wrapper(parameters()?),
            SmtpTls::Required => Tls::Required(parameters()?),
            SmtpTls::WhenOffered => Tls::Opportunistic(parameters()?),
            SmtpTls::None => Tls::None,
        };
        let mut from = settings.from.clone();
        from.email = with_ascii_domain(&from.email).unwrap_or(from.email);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(LONGEST))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        let mut secrets = Vec::new();
        if let Some((user, password)) = &settings.credentials {
            let password = password.expose_secret();
            builder = builder.credentials(Credentials::new(user.clone(), password.to_owned()));
            let plain = format!("\0{user}\0{password}");
            secrets.extend([password.to_owned(), BASE64.encode(password.as_bytes()), BASE64.encode(plain.as_bytes())]);
        }
        let secrets = secrets.into_iter().map(SecretString::from).collect();
        Ok(Self { transport: builder.build(), from, secrets })
    }

    /// Sends a letter to one address. `id` must be the same for each attempt to send this letter.
    pub(crate) async fn post(&self, letter: &Letter, to: &EmailAddress, id: &str) -> Posted {
        let Some(address) = to.as_str().parse().ok().as_ref().and_then(with_ascii_domain) else {
            return Posted::Refused("it is no address that mail can go to".to_owned());
        };
        let message = match self.message(letter, address, id) {
            Ok(message) => message,
            Err(error) => return Posted::Refused(self.shown(&error.to_string())),
        };
        match timeout(LONGEST, self.transport.send(message)).await {
            Ok(Ok(_)) => Posted::Taken,
            Ok(Err(error)) => self.judge(&error),
            Err(_) => Posted::Away("the SMTP server did not answer in time".to_owned()),
        }
    }

    fn message(&self, letter: &Letter, to: Address, id: &str) -> Result<Message, lettre::error::Error> {
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // Keeps mail programs from answering automatically.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
    }

    fn judge(&self, error: &smtp::Error) -> Posted {
        if let Some(fault) = certificate_fault(error) {
            return Posted::Away(self.shown(&distrust(fault)));
        }
        // lettre has no error kind for this.
        if error.is_client() && error.to_string().contains("STARTTLS") {
            return Posted::Away(NO_STARTTLS.to_owned());
        }
        if error.is_client() && error.to_string().contains("SMTPUTF8") {
            return if self.from.email.user().is_ascii() {
                Posted::Refused(NO_SMTPUTF8.to_owned())
            } else {
                Posted::Away(NO_SMTPUTF8_FROM.to_owned())
            };
        }
        let Some(code) = error.status().map(u16::from) else { return Posted::Away(self.shown(&error.to_string())) };
        if is_about_signing_in(code) {
            return Posted::Away(format!("the SMTP server rejects the user and the password ({code})"));
        }
        let words = self.shown(&error.to_string());
        if is_final(code) { Posted::Refused(words) } else { Posted::Later(words) }
    }

    /// Makes a server's reply fit for storage and the log: one line, limited in length, without secrets.
    fn shown(&self, words: &str) -> String {
        let mut words = words.to_owned();
        for secret in self.secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty()) {
            words = words.replace(secret, "…");
        }
        redact(&words).chars().take(LONGEST_WORDS).map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

/// The address with its domain in ASCII (`xn--…`); `None` if the domain has no such form.
fn with_ascii_domain(address: &Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address.clone());
    }
    let url = reqwest::Url::parse(&format!("http://{}", address.domain())).ok()?;
    Address::new(address.user(), url.host_str()?).ok()
}

/// The fault of the server's certificate, if that caused the error.
fn certificate_fault(error: &smtp::Error) -> Option<&CertificateError> {
    let mut next = error.source();
    while let Some(cause) = next {
        // `io::Error::source` skips the error that it wraps, so the wrapped error is read here.
        let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let fault = held.and_then(|held| held.downcast_ref()).or_else(|| cause.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(fault)) = fault {
            return Some(fault);
        }
        next = cause.source();
    }
    None
}

/// Explains why a certificate is not trusted, and what to do. The password was not sent to that server.
fn distrust(fault: &CertificateError) -> String {
    let why = match fault {
        CertificateError::UnknownIssuer => {
            "comes from an authority that this machine does not trust: add that authority to its certificates"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for a different name than the one in HOOKGRAM_SMTP_URL"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet: check this machine's clock"
        }
        other => return format!("the SMTP server's certificate cannot be trusted ({other})"),
    };
    format!("the SMTP server's certificate {why}")
}

/// Whether a retry will get the same reply, because it concerns the address or the mail. 521 (the server accepts no
/// mail) and replies about authentication are not final, because an operator can fix the cause.
fn is_final(code: u16) -> bool {
    (500..600).contains(&code) && code != 521 && !is_about_signing_in(code)
}

/// Whether a reply concerns the user and the password (RFC 4954).
fn is_about_signing_in(code: u16) -> bool {
    matches!(code, 432 | 454 | 530 | 534 | 535 | 538)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_an_address_is_converted_to_ascii_and_the_rest_is_kept() {
        for (address, expected) in [
            ("ops@пример.рф", "ops@xn--e1afmkfd.xn--p1ai"),
            ("Дежурный@Пример.РФ", "Дежурный@xn--e1afmkfd.xn--p1ai"),
            ("Ops@Example.com", "Ops@Example.com"),
            ("ops@straße.example", "ops@xn--strae-oqa.example"),
        ] {
            let address: Address = address.parse().unwrap();
            assert_eq!(with_ascii_domain(&address).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn smtp_replies_about_the_address_or_the_mail_are_final() {
        for code in [550, 551, 552, 553, 554, 501, 555] {
            assert!(is_final(code), "{code}");
        }
        for code in [421, 450, 451, 452, 454, 521, 530, 534, 535, 538] {
            assert!(!is_final(code), "{code}");
        }
    }
}
