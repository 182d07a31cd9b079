//! Error mails over TLS: the real binary trusts the machine's certificates, here those of the test's own authority,
//! and sends neither password nor mail to a server that it does not trust.

use std::{fs, path::PathBuf};

use sqlx::SqlitePool;
use tempfile::TempDir;

use crate::{
    mail::{blocked, endpoint, fail},
    support::{
        BotApi, Process, TestServer,
        authority::Authority,
        eventually,
        smtp::{PASSWORD, Secrecy, SmtpServer},
    },
};

/// The year in which valid certificates expire.
const LATER: i32 = 4000;

/// A data folder with one mail in it, and a file with the certificate of the trusted authority.
struct House {
    folder: TempDir,
    authority: Authority,
    api: BotApi,
    file: SqlitePool,
}

impl House {
    async fn new() -> Self {
        let (folder, api) = (tempfile::tempdir().unwrap(), BotApi::start().await);
        let data = folder.path().join("data");
        let server = TestServer::start_with(&api.url(), |config| config.data_dir.clone_from(&data)).await;
        let path = endpoint(&server, "A", &[]).await;
        fail(&server, &api, &path, "1", blocked()).await;
        server.stop().await;
        let authority = Authority::new("Trusted");
        fs::write(folder.path().join("trusted.pem"), &authority.pem).unwrap();
        let file = SqlitePool::connect(&format!("sqlite://{}", data.join("hookgram.db").display())).await.unwrap();
        Self { folder, authority, api, file }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes the binary try the mail once. Returns the mail's state and the reason.
    async fn send(&self, url: &str) -> (String, String) {
        sqlx::query("UPDATE mails SET state = 'retrying', finished_at = NULL, reason = NULL, done = '{}', attempts = 0, next_attempt_at = 1")
            .execute(&self.file)
            .await
            .unwrap();
        let arguments = ["--telegram-api", &self.api.url(), "--log", "trace"];
        let server = Process::serve_with(&self.path("data"), &arguments, |command| {
            command.env("HOOKGRAM_SMTP_URL", url).env("HOOKGRAM_MAIL_FROM", "Hookgram <hooks@example.com>");
            command.env("SSL_CERT_FILE", self.path("trusted.pem")).env_remove("SSL_CERT_DIR");
        })
        .await;
        let row = async || -> (i64, String, String) {
            sqlx::query_as("SELECT attempts, state, coalesce(reason, '') FROM mails")
                .fetch_one(&self.file)
                .await
                .unwrap()
        };
        eventually("the mail to be tried", async || matches!(row().await, (1, state, _) if state != "sending")).await;
        let (_, state, reason) = row().await;
        assert!(server.output().contains(&reason) && !server.output().contains(PASSWORD), "{}", server.output());
        assert_eq!(server.terminate(), Some(0));
        (state, reason)
    }
}

/// `0.0.0.0` reaches this machine but is not recognised as local, so `smtp://` requires TLS there.
fn url(scheme: &str, smtp: &SmtpServer) -> String {
    let host = if scheme == "smtps" { "127.0.0.1" } else { "0.0.0.0" };
    format!("{scheme}://ops:{PASSWORD}@{host}:{}", smtp.address.port())
}

const HERE: [&str; 2] = ["127.0.0.1", "0.0.0.0"];

#[tokio::test]
async fn a_trusted_server_gets_the_mail_over_tls() {
    let house = House::new().await;
    let tls = house.authority.server(&HERE, LATER);
    for (scheme, secrecy) in [("smtps", Secrecy::Wrapped(tls.clone())), ("smtp", Secrecy::Offered(tls))] {
        let smtp = SmtpServer::start_with(secrecy).await;
        assert_eq!(house.send(&url(scheme, &smtp)).await, ("sent".to_owned(), String::new()), "{scheme}");
        let mails = smtp.mails();
        assert!(mails.len() == 1 && mails[0].secret, "{scheme}: {mails:?}");
        assert_eq!(smtp.verbs().contains(&"STARTTLS".to_owned()), scheme == "smtp");
    }
}

#[tokio::test]
async fn an_untrusted_server_gets_neither_password_nor_mail() {
    let house = House::new().await;
    let stranger = Authority::new("Nobody");
    let (unknown, elsewhere, old) = (
        stranger.server(&HERE, LATER),
        house.authority.server(&["mail.example.com"], LATER),
        house.authority.server(&HERE, 2020),
    );
    let wrapped = |tls: &_| Secrecy::Wrapped(Clone::clone(tls));
    let offered = |tls: &_| Secrecy::Offered(Clone::clone(tls));
    for (scheme, secrecy, why) in [
        ("smtps", wrapped(&unknown), "comes from an authority that this machine does not trust"),
        ("smtp", offered(&unknown), "comes from an authority that this machine does not trust"),
        ("smtps", wrapped(&elsewhere), "is for a different name than the one in HOOKGRAM_SMTP_URL"),
        ("smtp", offered(&elsewhere), "is for a different name than the one in HOOKGRAM_SMTP_URL"),
        ("smtps", wrapped(&old), "has expired"),
    ] {
        let smtp = SmtpServer::start_with(secrecy).await;
        let (state, reason) = house.send(&url(scheme, &smtp)).await;
        assert_eq!(state, "retrying", "{scheme}: somebody will mend that");
        assert!(reason.starts_with("the SMTP server's certificate ") && reason.contains(why), "{scheme}: {reason}");
        let in_the_open: &[&str] = if scheme == "smtp" { &["EHLO", "STARTTLS"] } else { &[] };
        assert_eq!(smtp.verbs(), in_the_open, "{scheme}: {why}");
        assert!(smtp.mails().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let house = House::new().await;
    let smtp = SmtpServer::start().await;
    let (state, reason) = house.send(&url("smtp", &smtp)).await;
    assert_eq!(smtp.verbs(), ["EHLO"], "no AUTH");
    assert!(smtp.mails().is_empty());
    assert_eq!(state, "retrying");
    assert!(reason.contains("offers no STARTTLS") && reason.contains("smtps://"), "{reason}");

    let without_password = url("smtp", &smtp).replace(&format!("ops:{PASSWORD}@"), "");
    assert_eq!(house.send(&without_password).await.0, "sent");
    assert!(smtp.mails().len() == 1 && !smtp.mails()[0].secret);
}
