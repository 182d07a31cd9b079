//! A database opened with another key: the server works, reports the problem, loses nothing, and continues once
//! tokens are entered again or the right key is back.

use std::{fs, path::Path};

use hookgram::{
    delivery::{AttemptClass, DeliveryState},
    parameters::Parameter,
    role::Role,
    secret::BotToken,
    setting::Setting,
    values::Language,
};
use secrecy::SecretString;
use server::{
    secrets::seal::KEY_FILE,
    store::{KeyState, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    support::{BotApi, Process, TOKEN, TestServer, event, eventually, foreign::foreign_words, html, run},
    visitor::{EMAIL, PASSWORD, Visitor},
};

const SAYS: &str = "database was sealed with another key";

/// Starts a server in a folder that another one has used or will use.
async fn serve(data: &Path, api: &str) -> TestServer {
    TestServer::start_with(api, |config| config.data_dir = data.to_owned()).await
}

/// Moves the right key away, so that the next start creates another one.
fn lose_the_key(data: &Path) -> Vec<u8> {
    let key = fs::read(data.join(KEY_FILE)).unwrap();
    fs::remove_file(data.join(KEY_FILE)).unwrap();
    key
}

/// Checks that the pages are in their reader's language in this state as well.
async fn each_in_its_language(visitor: &Visitor<'_>, typed: &[&str], paths: &[&str]) {
    for (language, tag) in [(Language::Ru, "ru"), (Language::En, "en")] {
        visitor.put("language", tag);
        for path in paths {
            let mut page = visitor.see(path).await;
            assert!(page.contains(&format!("<html lang=\"{tag}\"")), "{path}: {page}");
            for typed in typed {
                page = page.replace(typed, "");
            }
            let foreign: Vec<String> =
                html::texts(&page).iter().flat_map(|text| foreign_words(language, text)).collect();
            assert!(foreign.is_empty(), "{path} ({tag}): {foreign:?}");
        }
    }
}

fn stateless() -> String {
    format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=Hi")
}

fn form<'a>(id: &'a str, token: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("id", id),
        ("form[name]", "Salon"),
        ("form[target]", "bot"),
        ("form[token]", token),
        ("form[values][telegramFieldName]", "*TelegramId"),
        ("form[values][message]", "Hi"),
    ]
}

#[tokio::test]
async fn with_a_wrong_key_events_wait_until_the_token_is_entered_again_and_every_page_reports_it() {
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &api.url()).await;
    let profile = server.profile("Salon", false, &[(Parameter::Message, "Hi")]).await;
    server.stop().await;
    lose_the_key(folder.path());

    let server = serve(folder.path(), &api.url()).await;
    let path = format!("/h/{}", profile.key);
    assert_eq!(server.post(&path, event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Suspended).await;
    assert_eq!(server.post(&path, event("2", &["6"])).await.0, 200);
    let checked = server.http.get(server.url(&path)).send().await.unwrap();
    assert_eq!(checked.status(), 502);
    let text = checked.text().await.unwrap();
    assert!(text.contains("another encryption key") && text.contains("enter the token"), "{text}");
    assert!(api.asked().is_empty());
    // An event that contains its token is not affected.
    assert_eq!(server.post(&stateless(), event("3", &["7"])).await.0, 200);
    api.wait_for_texts(1).await;

    let visitor = Visitor::invited(&server, EMAIL, Role::Admin).await;
    let health = visitor.see("/health").await;
    for words in [
        "does not belong to this database",
        KEY_FILE,
        "The token must be entered again (1): 7001002003",
        "The token cannot be decrypted",
    ] {
        assert!(health.contains(words), "{words} in {health}");
    }
    assert!(!health.contains("rejects a bot's token"), "{health}");
    let bot = "/bots/7001002003";
    for page in ["/", "/bots", bot] {
        assert!(visitor.see(page).await.contains("The token cannot be decrypted"), "{page}");
    }
    for page in ["/deliveries", "/"] {
        assert!(visitor.see(page).await.contains("the bot's token must be entered again"), "{page}");
    }
    assert!(visitor.see("/deliveries?cause=token_locked").await.matches("<tr").count() > 2);
    assert!(visitor.see(&format!("/profiles/{}/share", profile.id)).await.contains("cannot be decrypted"));
    let builder = visitor.see(&format!("/profiles/{}", profile.id)).await;
    assert!(builder.contains("The token cannot be decrypted"), "{builder}");
    let (edit, share) = (format!("/profiles/{}", profile.id), format!("/profiles/{}/share", profile.id));
    let place = folder.path().display().to_string();
    each_in_its_language(&visitor, &["Salon", &place, "Hi"], &["/health", "/", "/deliveries", bot, &edit, &share])
        .await;
    let failed = server.state.store.log.failures_by_cause(0).await.unwrap();
    assert!(failed.is_empty(), "nothing has failed: {failed:?}");

    let id = profile.id.to_string();
    let saved = visitor.post("/rpc/operator/save-profile", &form(&id, "")).await;
    assert!(saved.to.ends_with("?saved"), "the rest of a profile can be changed: {} {}", saved.status, saved.to);
    let entered = visitor.post(&format!("{bot}/token"), &[("token", TOKEN)]).await;
    assert_eq!((entered.status, entered.to.as_str()), (303, bot), "{}", entered.text);
    api.wait_for_texts(3).await;
    let health = visitor.see("/health").await;
    assert!(!health.contains("does not belong to this database") && !health.contains("entered again"), "{health}");
    // No secret of the old key is left, so the new key is the database's own.
    assert_eq!(server.state.store.secrets.key_state().await.unwrap(), KeyState::Right(1));
    assert!(run(folder.path(), &["key", "rotate"]).await.status.success());
    assert_eq!(server.post(&path, event("4", &["5"])).await.0, 200);
    api.wait_for_texts(4).await;
    server.stop().await;
}

#[tokio::test]
async fn deliveries_resume_when_the_right_key_is_back() {
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "http://127.0.0.1:9").await;
    let profile = server.profile("Salon", false, &[(Parameter::Message, "Hi")]).await;
    assert_eq!(server.post(&stateless(), event("0", &["9"])).await.0, 200);
    server.wait_for_state(DeliveryState::Retrying).await;
    server.stop().await;
    let right = lose_the_key(folder.path());

    let server = serve(folder.path(), &api.url()).await;
    // The token of a stateless event cannot be entered again, so the delivery is retried for as long as any other.
    let in_a_while = async || _ = server.state.worker.run_due_once(now() + 15 * 60_000).await.unwrap();
    eventually("an attempt without a token", async || {
        in_a_while().await;
        let attempts = server.state.store.queue.attempts(1).await.unwrap();
        attempts.last().is_some_and(|attempt| attempt.class == AttemptClass::TokenLocked)
    })
    .await;
    assert_eq!(server.newest_state().await, Some(DeliveryState::Retrying));
    assert_eq!(server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Suspended).await;
    assert!(api.asked().is_empty());

    fs::write(folder.path().join(KEY_FILE), right).unwrap();
    let visitor = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let health = visitor.see("/health").await;
    assert!(!health.contains("does not belong to this database") && !health.contains("entered again"), "{health}");
    eventually("both messages", async || {
        in_a_while().await;
        api.texts().len() == 2
    })
    .await;
    assert!(!visitor.see("/").await.contains("enter the token again"));
    server.stop().await;
}

#[tokio::test]
async fn a_second_factor_that_cannot_be_decrypted_shows_other_ways_to_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "http://127.0.0.1:9").await;
    let owner = Visitor::invited(&server, EMAIL, Role::Admin).await;
    let (totp, codes) = owner.turn_factor_on().await;
    server.stop().await;
    lose_the_key(folder.path());

    let server = serve(folder.path(), "http://127.0.0.1:9").await;
    let owner = Visitor::new(&server);
    assert_eq!(owner.sign_in(EMAIL, PASSWORD).await.to, "/login/second?next=/");
    let refused = owner.post("/login/second", &[("code", &totp.code_at(now()).unwrap())]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("recovery code") && refused.text.contains("second-factor-off"), "{}", refused.text);
    assert_eq!(owner.post("/login/second", &[("recovery", &codes[0])]).await.to, "/");
    let health = owner.see("/health").await;
    assert!(health.contains("cannot be checked: 1") && health.contains("second-factor-off"), "{health}");
    assert!(owner.see("/account/second-factor").await.contains("cannot be checked"));
    let place = folder.path().display().to_string();
    each_in_its_language(&owner, &[&place], &["/health", "/account/second-factor"]).await;
    let off = run(folder.path(), &["user", "second-factor-off", EMAIL]).await;
    assert!(off.status.success(), "{}", String::from_utf8_lossy(&off.stderr));
    let again = Visitor::new(&server);
    assert_eq!(again.sign_in(EMAIL, PASSWORD).await.to, "/");
    assert!(!again.see("/health").await.contains("second-factor-off"));
    server.stop().await;
}

#[tokio::test]
async fn mails_wait_until_an_smtp_password_that_cannot_be_decrypted_is_entered_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), "http://127.0.0.1:9").await;
    let url = SecretString::from("smtp://ops:hunter2hunter2@127.0.0.1:9");
    let from = SecretString::from("hookgram@example.com");
    let (live, store) = (&server.state.settings, &server.state.store);
    live.change(store, &COMMAND_LINE, &[(Setting::SmtpUrl, url), (Setting::MailFrom, from)]).await.unwrap();
    let profile = server.profile("Salon", true, &[(Parameter::ErrorEmail, "a@example.com")]).await;
    server.stop().await;
    lose_the_key(folder.path());

    let server = serve(folder.path(), "http://127.0.0.1:9").await;
    assert_eq!(server.post(&format!("/h/{}", profile.key), "{}").await.0, 422);
    assert_eq!(server.state.mail.run_due_once(now() + 60 * 60_000).await.unwrap(), 0, "it waits");
    assert_eq!(server.state.store.mails.waiting().await.unwrap(), 1);
    let admin = Visitor::invited(&server, EMAIL, Role::Admin).await;
    let page = admin.see("/settings").await;
    assert!(page.contains("Cannot be decrypted") && page.contains("with its password cannot be decrypted"), "{page}");
    assert!(page.contains("name=\"smtp_forget\""), "it can be given up");
    let health = admin.see("/health").await;
    assert!(health.contains("address cannot be decrypted"), "{health}");
    assert!(!health.contains("Set HOOKGRAM_SMTP_URL"), "{health}");
    each_in_its_language(&admin, &[&folder.path().display().to_string()], &["/health", "/settings"]).await;
    let saved = admin.post("/settings", &[("smtp_url", "smtp://127.0.0.1:9")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert!(!admin.see("/settings").await.contains("with its password cannot be decrypted"));
    assert!(!admin.see("/health").await.contains("address cannot be decrypted"));
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_logged_at_start_at_any_log_level() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data, "http://127.0.0.1:9").await;
    let profile = server.profile("Salon", false, &[]).await;
    server.stop().await;
    let right = lose_the_key(&data);
    for arguments in [&["--log", "info"][..], &["--log", "off"], &["--log-format", "json"]] {
        let server = Process::serve(&data, arguments).await;
        let output = server.output();
        assert!(output.contains(SAYS) && output.contains(KEY_FILE), "{arguments:?}: {output}");
        server.terminate();
    }
    let check = run(&data, &["check", &format!("http://127.0.0.1/h/{}", profile.key), "--offline"]).await;
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(!check.status.success() && said.contains("another encryption key"), "{said}");
    fs::write(data.join(KEY_FILE), right).unwrap();
    let server = Process::serve(&data, &[]).await;
    assert!(!server.output().contains(SAYS), "{}", server.output());
    server.terminate();
    let token =
        server::store::Store::open(crate::support::config(&data, "http://127.0.0.1:9").location()).await.unwrap();
    let token: Option<BotToken> = token.profiles.get(profile.id).await.unwrap().unwrap().profile.token;
    assert_eq!(token.unwrap().expose(), TOKEN);
}
