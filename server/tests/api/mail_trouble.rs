//! Error mails in difficult cases: no SMTP server, an unreachable one, one that refuses, a process that is killed.
//! The password must not be shown in any of them.

use std::sync::Arc;

use hookgram::{mail::MailState, parameters::Parameter, setting::Setting};
use server::{mail::MailWorker, settings::Live, store::Store, time::now};

use crate::{
    mail::{HOUR, MINUTE, SOON, blocked, endpoint, fail, house, newest, send_due, states},
    support::{
        BotApi, Process, TOKEN, TestServer, client, eventually, hookgram, run,
        smtp::{PASSWORD, SmtpServer, Turn, fix},
    },
};

#[tokio::test]
async fn without_an_smtp_server_or_an_address_a_mail_is_recorded_as_not_sent() {
    let (api, smtp, server) = house().await;
    let silent = server.profile("B", false, &[]).await;
    fail(&server, &api, &format!("/h/{}", silent.key), "1", blocked()).await;
    send_due(&server.state, now() + SOON).await;
    assert_eq!(states(&[newest(&server.state.store).await]), [(MailState::NotSent, Some("no errorEmail is set"))]);

    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    let worker = MailWorker::new(server.state.store.clone(), Live::default(), "http://x.y", Arc::default());
    assert_eq!(worker.run_due_once(now() + SOON).await.unwrap(), 1);
    assert_eq!(states(&[newest(&server.state.store).await]), [(MailState::NotSent, Some("no SMTP server is set"))]);
    assert_eq!(send_due(&server.state, now() + HOUR).await, 0, "and not tried again");
    assert_eq!(smtp.connections(), 0);
    server.stop().await;
}

#[tokio::test]
async fn a_mail_is_retried_if_the_smtp_server_answers_4xx_or_hangs_up() {
    for turn in [
        Turn::Answer("MAIL", "451 later"),
        Turn::Answer("RCPT", "450 greylisted"),
        Turn::Answer(".", "452 full"),
        Turn::Answer("EHLO", "421 closing"),
        Turn::HangUp("MAIL"),
        Turn::HangUp("."),
    ] {
        let (api, smtp, server) = house().await;
        let path = endpoint(&server, "A", &[]).await;
        fail(&server, &api, &path, "1", blocked()).await;
        smtp.next([turn]);
        let at = now() + SOON;
        assert_eq!(send_due(&server.state, at).await, 1);
        let mail = newest(&server.state.store).await;
        assert_eq!((mail.state, mail.next_attempt_at), (MailState::Retrying, Some(at + MINUTE)), "{turn:?} {mail:?}");
        assert_eq!(send_due(&server.state, at + MINUTE).await, 1);
        assert_eq!(states(&[newest(&server.state.store).await]), [(MailState::Sent, None)], "{turn:?}");
        assert_eq!(smtp.mails().len(), 1);
        server.stop().await;
    }
}

#[tokio::test]
async fn an_unreachable_smtp_server_is_retried_for_a_day() {
    let spare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = spare.local_addr().unwrap();
    drop(spare);
    let api = BotApi::start().await;
    let server = TestServer::start_with(&api.url(), |config| fix(config, address)).await;
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    let begun = newest(&server.state.store).await.due_at;
    let (mut at, mut attempts) = (begun, 0);
    while let Some(due) = newest(&server.state.store).await.next_attempt_at {
        at = due;
        attempts += send_due(&server.state, at).await;
    }
    let mail = newest(&server.state.store).await;
    assert_eq!(mail.state, MailState::GivenUp);
    assert!((23 * HOUR..=24 * HOUR).contains(&(at - begun)), "{}", at - begun);
    assert!((20..40).contains(&attempts), "{attempts}");
    assert!(!mail.reason.unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn one_rejected_address_does_not_keep_the_mail_from_others() {
    let (api, smtp, server) = house().await;
    let path =
        endpoint(&server, "A", &[(Parameter::ErrorEmail, "gone@example.com,ops@example.com,late@example.com")]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    smtp.next([Turn::Answer("RCPT", "550 no such user"), Turn::Take, Turn::Answer("RCPT", "450 greylisted")]);
    let at = now() + SOON;
    send_due(&server.state, at).await;
    assert_eq!(newest(&server.state.store).await.state, MailState::Retrying);
    send_due(&server.state, at + MINUTE).await;
    let had: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(had, ["ops@example.com", "late@example.com"], "each once");
    assert_eq!(newest(&server.state.store).await.state, MailState::Sent);

    let path = endpoint(&server, "B", &[(Parameter::ErrorEmail, "gone@example.com")]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    smtp.next([Turn::Answer("RCPT", "550 no such user")]);
    send_due(&server.state, at + SOON).await;
    let mail = newest(&server.state.store).await;
    assert_eq!(mail.state, MailState::GivenUp);
    assert!(mail.reason.as_deref().unwrap().contains("550"), "{mail:?}");
    server.stop().await;
}

#[tokio::test]
async fn an_address_without_smtputf8_support_does_not_keep_the_mail_from_others() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[(Parameter::ErrorEmail, "дежурный@example.com,ops@пример.рф")]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    let at = now() + SOON;
    send_due(&server.state, at).await;
    let had: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(had, ["ops@xn--e1afmkfd.xn--p1ai"]);
    assert_eq!(smtp.mails()[0].header("To"), "ops@xn--e1afmkfd.xn--p1ai");
    let mail = newest(&server.state.store).await;
    let reason = mail.reason.as_deref().unwrap();
    assert_eq!(mail.state, MailState::Sent, "{mail:?}");
    assert!(reason.starts_with("дежурный@example.com: ") && reason.contains("SMTPUTF8"), "{reason}");

    let path = endpoint(&server, "B", &[(Parameter::ErrorEmail, "дежурный@example.com")]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    smtp.next([Turn::Answer("EHLO", "250-played\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN")]);
    send_due(&server.state, at + SOON).await;
    assert_eq!(smtp.mails()[1].to, "дежурный@example.com");
    assert_eq!(states(&[newest(&server.state.store).await]), [(MailState::Sent, None)]);
    server.stop().await;
}

#[tokio::test]
async fn an_address_at_which_the_server_hangs_up_does_not_keep_the_mail_from_others() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[(Parameter::ErrorEmail, "bad@example.com,ops@example.com")]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    smtp.next([Turn::HangUp("RCPT"), Turn::Take, Turn::HangUp("RCPT")]);
    let at = now() + SOON;
    send_due(&server.state, at).await;
    send_due(&server.state, at + MINUTE).await;
    let had: Vec<String> = smtp.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(had, ["ops@example.com"]);
    assert_eq!(newest(&server.state.store).await.state, MailState::Retrying, "the other is still tried");
    server.stop().await;
}

#[tokio::test]
async fn a_sender_address_that_the_server_cannot_accept_is_reported_and_the_mail_is_retried() {
    let (api, smtp) = (BotApi::start().await, SmtpServer::start().await);
    let server = TestServer::start_with(&api.url(), |config| {
        smtp.fix(config);
        config.fixed.fix(Setting::MailFrom, "бот@пример.рф").unwrap();
    })
    .await;
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    send_due(&server.state, now() + SOON).await;
    let mail = newest(&server.state.store).await;
    assert_eq!(mail.state, MailState::Retrying);
    assert!(mail.reason.as_deref().unwrap().contains("HOOKGRAM_MAIL_FROM"), "{mail:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_mail_in_progress_is_sent_after_a_restart() {
    let (api, smtp, server) = house().await;
    let path = endpoint(&server, "A", &[]).await;
    fail(&server, &api, &path, "1", blocked()).await;
    // The worker ends while it waits for the SMTP server's answer.
    smtp.next([Turn::Hold(".")]);
    let worker = server.state.mail.clone();
    let asking = tokio::spawn(async move { worker.run_due_once(now() + SOON).await });
    eventually("the SMTP server to be asked", async || smtp.connections() == 1).await;
    asking.abort();
    let config = server.state.config.clone();
    let folder = server.stop_and_keep().await;
    let store = Store::open(config.location()).await.unwrap();
    let way = Live::load(&config.fixed, &store).await.unwrap();
    let again = MailWorker::new(store.clone(), way, "http://x.y", Arc::default());
    assert_eq!(again.run_due_once(now() + SOON).await.unwrap(), 0, "its lease holds");
    // A worker calls this first when it starts.
    store.mails.release(now()).await.unwrap();
    assert_eq!(again.run_due_once(now()).await.unwrap(), 1);
    assert_eq!(smtp.mails().len(), 1);
    assert_eq!(newest(&store).await.state, MailState::Sent);
    store.close().await;
    drop(folder);
}

#[tokio::test]
async fn the_smtp_password_is_neither_stored_nor_logged() {
    let (api, smtp) = (BotApi::start().await, SmtpServer::start().await);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = format!("smtp://ops:{PASSWORD}@{}", smtp.address);
    let server = Process::serve_with(&data, &["--telegram-api", &api.url(), "--log", "trace"], |command| {
        command.env("HOOKGRAM_SMTP_URL", &url).env("HOOKGRAM_MAIL_FROM", "Hookgram <hooks@example.com>");
    })
    .await;
    let query = "telegramFieldName=*TelegramId&errorEmail=ops@example.com&message=x";
    let endpoint = format!("{}/webhook/telegram?telegramToken={TOKEN}&{query}", server.base);
    let http = client();
    assert_eq!(http.get(&endpoint).send().await.unwrap().status(), 200);
    assert_eq!(http.post(&endpoint).body("{}").send().await.unwrap().status(), 422);
    // The server repeats what it received, once when it refuses the sign-in and once when it refuses the mail.
    smtp.next([
        Turn::Answer("AUTH", "535 {}"),
        Turn::Answer("MAIL", "451 s3cret-Passw0rd AG9wcwBzM2NyZXQtUGFzc3cwcmQ="),
    ]);
    let file = sqlx::SqlitePool::connect(&format!("sqlite://{}", data.join("hookgram.db").display())).await.unwrap();
    sqlx::query("INSERT INTO mail_addresses (address, state, at) VALUES ('ops@example.com', 'confirmed', ?1)")
        .bind(now())
        .execute(&file)
        .await
        .unwrap();
    for attempts in 1..=3_i64 {
        sqlx::query("UPDATE mails SET next_attempt_at = 1").execute(&file).await.unwrap();
        eventually("the mail to be tried", async || {
            let tried: i64 = sqlx::query_scalar("SELECT sum(attempts) FROM mails WHERE state <> 'sending'")
                .fetch_one(&file)
                .await
                .unwrap();
            tried == attempts
        })
        .await;
    }
    assert_eq!(smtp.mails().len(), 1);
    let kept: String = sqlx::query_scalar("SELECT group_concat(state || coalesce(reason, '')) FROM mails")
        .fetch_one(&file)
        .await
        .unwrap();
    file.close().await;
    let log = server.output();
    assert!(log.contains("rejects the user and the password (535)") && log.contains("451"), "{log}");
    for secret in [PASSWORD, "AG9wcwBz", TOKEN] {
        for text in [&log, &kept, &smtp.mails()[0].raw] {
            assert!(!text.contains(secret), "{secret} in: {text}");
        }
    }
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn wrong_settings_stop_the_start_without_showing_the_password() {
    let folder = tempfile::tempdir().unwrap();
    for (url, from, words) in [
        ("smtp://ops:hunter2@localhost:25", "", "HOOKGRAM_MAIL_FROM: is needed"),
        ("smtp://ops:hunter2@localhost:25", "nobody", "HOOKGRAM_MAIL_FROM: “nobody”"),
        ("http://ops:hunter2@localhost", "a@b.c", "HOOKGRAM_SMTP_URL: it must start with smtp://"),
    ] {
        let mut command = hookgram(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let output = command.env("HOOKGRAM_SMTP_URL", url).env("HOOKGRAM_MAIL_FROM", from).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(words), "{error}");
        assert!(error.trim().lines().count() == 1 && !error.contains("hunter2"), "{error}");
    }
    let help = run(folder.path(), &["serve", "--help"]).await;
    let help = String::from_utf8_lossy(&help.stdout);
    assert!(help.contains("HOOKGRAM_SMTP_URL") && help.contains("--mail-from"), "{help}");
    assert!(!help.contains("--smtp-url"), "a secret is no flag: {help}");
}
