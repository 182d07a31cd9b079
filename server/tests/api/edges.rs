//! Edge cases: input in the wrong place, from the wrong place, or far too large.

use hookgram::{delivery::DeliveryState, parameters::Parameter, secret::BotToken, webhook::EventOutcome};
use serde_json::{Value, json};
use server::{
    profile_file,
    secrets::seal::Sealer,
    store::{Store, audit::COMMAND_LINE},
};

use crate::support::{Process, TOKEN, TestServer, client, event, hookgram, run};

/// A text that must not occur in any answer, log line or page.
fn secret() -> &'static str {
    &TOKEN[TOKEN.find(':').unwrap() + 4..]
}

#[tokio::test]
async fn a_token_in_a_text_parameter_is_neither_shown_nor_stored() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let name = TOKEN.replace(':', "%3A");
    let url = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName={name}&message={name}&{name}=1");
    let mixed = json!({"CaseParticipants": [
        {"ContactInformation": {"Fields": [{"Name": TOKEN, "Value": "5"}]}},
        {"ContactInformation": {"Fields": [{"Name": TOKEN, "Value": TOKEN}]}},
        {},
    ]});
    for body in ["{}".to_owned(), mixed.to_string()] {
        let (status, answer) = server.post(&url, body).await;
        assert!(!answer.to_string().contains(secret()), "{answer}");
        assert_eq!(status == 422, answer.to_string().contains("7001002003:AAH…"), "{answer}");
    }
    let kept = server.state.store.events.newest(None, 9).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(!format!("{kept:?}").contains(secret()), "{kept:?}");
    let deliveries = server.state.store.queue.deliveries(9).await.unwrap();
    assert_eq!(deliveries.len(), 3);
    assert!(!format!("{deliveries:?}").contains(secret()), "{deliveries:?}");
    let faults = profile_file::import(&server.state.store, &format!("profiles:\n- {{name: A, '{TOKEN}': 1}}\n")).await;
    assert!(!format!("{faults:?}").contains(secret()), "{faults:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_token_in_a_mistyped_endpoint_url_reaches_neither_the_log_nor_the_sign_in_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::serve(&folder.path().join("data"), &["--log", "debug"]).await;
    let encoded = TOKEN.replace(':', "%3A");
    for (path, status) in [
        (format!("/webhook/telegram&telegramToken={TOKEN}"), 404),
        (format!("/webhook/telegram%3FtelegramToken={encoded}"), 404),
        (format!("/webhook/telegram/{TOKEN}"), 404),
        (format!("/webhook?telegramToken={TOKEN}"), 404),
        (format!("/webhook/telegram/?telegramToken={TOKEN}"), 400),
        (format!("/h?telegramToken={TOKEN}"), 404),
        (format!("/h/?telegramToken={TOKEN}"), 404),
        (format!("/h/x/y?telegramToken={TOKEN}"), 404),
        (format!("/h/{encoded}"), 404),
    ] {
        for request in [client().get(format!("{}{path}", server.base)), client().post(format!("{}{path}", server.base))]
        {
            let response = request.header("content-type", "application/json").send().await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8", "{path}");
            let answer: Value = response.json().await.unwrap();
            assert!(answer["ErrorMessage"].is_string() && !answer.to_string().contains(secret()), "{answer}");
        }
    }
    for path in [format!("/{TOKEN}"), format!("/profiles/new?telegramToken={TOKEN}"), format!("/webhooks/{encoded}")] {
        let response = client().get(format!("{}{path}", server.base)).send().await.unwrap();
        assert_eq!(response.status(), 303);
        assert!(!response.headers()["location"].to_str().unwrap().contains(secret()), "{path}");
    }
    let log = server.output();
    assert!(log.contains("/webhook/{*rest}") && !log.contains(secret()), "{log}");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn a_trailing_slash_after_an_endpoint_is_ignored() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let (status, answer) = server.post(&format!("/h/{}/?message=x", profile.key), event("1", &["5"])).await;
    assert_eq!((status, &answer["Status"]), (200, &Value::from("Success")));
    let stateless = format!("/webhook/telegram/?telegramToken={TOKEN}&telegramFieldName=*TelegramId");
    assert_eq!(server.post(&stateless, event("1", &["5"])).await.0, 200);
    assert_eq!(server.post(&format!("/h/{}//", profile.key), event("2", &["5"])).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn any_content_encoding_is_refused() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    for encoding in ["gzip", "identity"] {
        let request = server.http.post(server.url(&format!("/h/{}", profile.key))).body(event("1", &["5"]));
        assert_eq!(request.header("content-encoding", encoding).send().await.unwrap().status(), 415, "{encoding}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_form_from_the_public_url_is_accepted_behind_a_proxy_with_another_host() {
    let public = server::config::PublicUrl::parse("https://Hooks.Example.com/");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.public_url = public).await;
    for (origin, refused) in [("https://hooks.example.com", false), ("https://evil.example", true)] {
        let form = server.http.post(server.url("/rpc/x")).header("origin", origin).send().await.unwrap();
        assert_eq!(form.status() == 403, refused, "{origin}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_waits_for_a_busy_server() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let busy = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let importing = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writing = tokio::spawn(async move {
        let mut id = 0;
        while !*stopped.borrow() {
            id += 1;
            let token = BotToken::parse(&TOKEN.replace("7001002003", &id.to_string())).unwrap();
            busy.bots.accepted(&token, "name", "username").await.unwrap();
        }
    });
    let profiles: String =
        (0..40).map(|i| format!("- {{name: N{i}, sandbox: true, telegramFieldName: x}}\n")).collect();
    for _ in 0..20 {
        profile_file::import(&importing, &format!("profiles:\n{profiles}")).await.unwrap();
    }
    stop.send_replace(true);
    writing.await.unwrap();
}

#[tokio::test]
async fn importing_a_profile_without_enabled_enables_it() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    let file = "profiles:\n- {name: A, sandbox: true, telegramFieldName: x}\n";
    profile_file::import(&server.state.store, file).await.unwrap();
    assert!(server.state.store.profiles.get(profile.id).await.unwrap().unwrap().enabled);
    server.stop().await;
}

#[tokio::test]
async fn a_token_encrypted_with_a_lost_key_is_replaced_by_an_import_and_events_are_accepted_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let file = format!("profiles:\n- {{name: A, telegramToken: '{TOKEN}', telegramFieldName: '*TelegramId'}}\n");
    let old = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let key = profile_file::import(&old, &file).await.unwrap().remove(0).1;
    old.close().await;
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.database = Some(url)).await;
    let (status, answer) = server.post(&format!("/h/{key}"), event("1", &["5"])).await;
    assert_eq!(status, 200, "{answer}");
    server.wait_for_state(DeliveryState::Suspended).await;
    let profiles = server.state.store.profiles.all().await.unwrap();
    assert_eq!((profiles.len(), &profiles[0].profile.token), (1, &None));
    profile_file::import(&server.state.store, &file).await.unwrap();
    let mended = server.state.store.profiles.by_key(&key).await.unwrap().unwrap();
    assert_eq!(mended.profile.token.unwrap().expose(), TOKEN);
    server.stop().await;
}

#[tokio::test]
async fn a_cached_endpoint_follows_every_change_at_once() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[(Parameter::Message, "one")]).await;
    let path = format!("/h/{}", profile.key);
    // The change is made by this process, or by a command beside it.
    let beside = Store::connect(&server.database_url(), Sealer::ephemeral().unwrap()).await.unwrap();
    for (number, store) in [&server.state.store, &beside].into_iter().enumerate() {
        let status = async |step: u8| server.post(&path, event(&format!("{number}{step}"), &["5"])).await.0;
        assert_eq!(status(1).await, 200);
        store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
        assert_eq!(status(2).await, 404);
        store.profiles.set_enabled(profile.id, true, &COMMAND_LINE).await.unwrap();
        assert_eq!(status(3).await, 200);
        assert_eq!(status(4).await, 200);
    }
    let outcomes: Vec<EventOutcome> =
        server.state.store.events.newest(None, 9).await.unwrap().into_iter().map(|event| event.outcome).collect();
    let each = [EventOutcome::Accepted, EventOutcome::Accepted, EventOutcome::Rejected, EventOutcome::Accepted];
    assert_eq!(outcomes, [each, each].concat(), "a refusal is recorded once");
    server.stop().await;
}

#[tokio::test]
async fn the_number_of_messages_of_one_event_is_limited() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let url = format!("/h/{}", profile.key);
    let chats: Vec<String> = (1..=1001).map(|chat| chat.to_string()).collect();
    let chats: Vec<&str> = chats.iter().map(String::as_str).collect();
    let mut long: Value = serde_json::from_str(&event("1", &chats[..60])).unwrap();
    long["CaseItem"]["Description"] = "слово ".repeat(8_000).into();
    for body in [event("1", &chats), long.to_string()] {
        let (status, answer) = server.post(&url, body).await;
        assert_eq!(status, 413, "{answer}");
        let sentence = answer["ErrorMessage"].as_str().unwrap();
        assert!(sentence.contains("1000 participants and 4194304 bytes"), "{sentence}");
    }
    assert!(server.state.store.queue.deliveries(1).await.unwrap().is_empty());
    // An empty description is parsed once, not for each recipient.
    let mut hollow: Value = serde_json::from_str(&event("1", &chats[..1000])).unwrap();
    hollow["CaseItem"]["Description"] = "<b></b>".repeat(12_000).into();
    assert_eq!(server.post(&url, hollow.to_string()).await.0, 200);
    assert_eq!(server.state.store.queue.deliveries(2000).await.unwrap().len(), 1000);
    server.stop().await;
}

#[tokio::test]
async fn the_command_check_prints_the_body_that_the_endpoints_would_answer() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("profiles.yaml");
    std::fs::write(
        &file,
        "profiles:\n- {name: A, sandbox: true, telegramFieldName: x, enabled: false, key: abcdefgh23456789}\n\
         - {name: B, sandbox: true, telegramFieldName: x, key: bbcdefgh23456789}\n",
    )
    .unwrap();
    assert!(run(&data, &["profile", "import", file.to_str().unwrap()]).await.status.success());
    let stateless = format!("https://x.example/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=x");
    for (url, more, sentence) in [
        ("https://x.example/h/nosuchkeynosuchkey", "--offline", "There is no such URL"),
        ("https://x.example/h/nosuchkeynosuchkey", "--log=off", "There is no such URL"),
        ("https://x.example/h/abcdefgh23456789", "--offline", "The profile is disabled"),
        ("/h/abcdefgh23456789/?message=x", "--log=off", "The profile is disabled"),
        (&stateless, "--stateless=false", "URLs with parameters are turned off"),
        ("/h/bbcdefgh23456789?timezone=Mars", "--offline", "timezone: there is no time zone"),
    ] {
        let output = run(&data, &["check", url, more]).await;
        assert_eq!(output.status.code(), Some(1), "{url}");
        let body: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(body["ErrorMessage"].as_str().unwrap().starts_with(sentence), "{url}: {body}");
    }
    assert!(run(&data, &["check", "/in/h/bbcdefgh23456789/"]).await.status.success());
    for foreign in ["https://x.example/", "https://x.example/webhook/vk?a=b", &stateless.replace('?', "&")] {
        let output = run(&data, &["check", foreign, "--offline"]).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{foreign}");
        assert!(error.contains("not a webhook URL") && !error.contains(secret()), "{error}");
    }
}

#[tokio::test]
async fn an_invalid_key_is_reported_in_one_sentence_that_names_where_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = hookgram(&data, &["profile", "list"]).env("HOOKGRAM_SECRET_KEY", "short").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("HOOKGRAM_SECRET_KEY") && error.trim().lines().count() == 1, "{error}");
    std::fs::write(data.join("secret.key"), "").unwrap();
    let error = String::from_utf8_lossy(&run(&data, &["profile", "list"]).await.stderr).into_owned();
    assert!(error.contains("data/secret.key") && error.trim().lines().count() == 1, "{error}");
}

#[tokio::test]
async fn a_data_folder_may_have_any_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a%41b", "what?", "no#1", "данные и всё"] {
        let data = folder.path().join(name);
        assert!(run(&data, &["user", "list"]).await.status.success(), "{name}");
        assert!(data.join("hookgram.db").is_file(), "{name}");
        assert!(
            run(&data, &["backup", folder.path().join("copy.db").to_str().unwrap()]).await.status.success(),
            "{name}"
        );
        std::fs::remove_file(folder.path().join("copy.db")).unwrap();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[cfg(unix)]
#[tokio::test]
async fn files_in_a_world_readable_data_folder_are_made_private() {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let server = TestServer::start_with("http://127.0.0.1:9", |config| {
        fs::set_permissions(&config.data_dir, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(config.data_dir.join("hookgram.db"), "").unwrap();
    })
    .await;
    server.state.store.backup(&copy).await.unwrap();
    assert!(server.state.store.backup(&copy).await.is_err(), "nothing is written over");
    let data = &server.state.config.data_dir;
    let mut seen = 0;
    for file in fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()).chain([copy]) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
        seen += 1;
    }
    assert!(seen >= 5, "database, its two files, key, copy: {seen}");
    server.stop().await;
}
