//! At the edges: what is put in the wrong place, comes from the wrong place, or is far too much.

use serde_json::{Value, json};
use server::{profile_file, seal::Sealer, store::Store};

use crate::support::{Process, TOKEN, TestServer, client, event};

/// What no answer, log line or page may hold.
fn secret() -> &'static str {
    &TOKEN[TOKEN.find(':').unwrap() + 4..]
}

#[tokio::test]
async fn a_token_typed_where_a_text_belongs_is_neither_said_nor_kept() {
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
    let kept = server.state.store.events(None, 9).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(!format!("{kept:?}").contains(secret()), "{kept:?}");
    let deliveries = server.state.store.deliveries(9).await.unwrap();
    assert_eq!(deliveries.len(), 3);
    assert!(!format!("{deliveries:?}").contains(secret()), "{deliveries:?}");
    let faults = profile_file::import(&server.state.store, &format!("profiles:\n- {{name: A, '{TOKEN}': 1}}\n")).await;
    assert!(!format!("{faults:?}").contains(secret()), "{faults:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_slip_in_a_doors_url_reaches_neither_the_log_nor_the_sign_in_page() {
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
    assert!(log.contains("/webhook/…") && !log.contains(secret()), "{log}");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn a_slash_after_a_door_is_the_door() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let (status, answer) = server.post(&format!("/h/{}/?message=x", profile.key), event("1", &["5"])).await;
    assert_eq!((status, &answer["Status"]), (200, &Value::from("Success")));
    let stateless = format!("/webhook/telegram/?telegramToken={TOKEN}&telegramFieldName=*TelegramId");
    assert_eq!(server.post(&stateless, event("1", &["5"])).await.0, 200);
    assert_eq!(server.post(&format!("/h/{}//", profile.key), event("2", &["5"])).await.0, 404);
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
async fn a_form_through_a_proxy_with_a_host_of_its_own_is_no_other_sites() {
    let public = Some("https://hooks.example.com/in".to_owned());
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
            busy.put_bot(id, "name", "username").await.unwrap();
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
async fn a_file_without_enabled_switches_its_profile_on() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    server.state.store.set_enabled(profile.id, false).await.unwrap();
    let file = "profiles:\n- {name: A, sandbox: true, telegramFieldName: x}\n";
    profile_file::import(&server.state.store, file).await.unwrap();
    assert!(server.state.store.profile(profile.id).await.unwrap().unwrap().enabled);
    server.stop().await;
}

#[tokio::test]
async fn a_token_sealed_with_a_lost_key_leaves_its_profile_usable() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let file = format!("profiles:\n- {{name: A, telegramToken: '{TOKEN}', telegramFieldName: x}}\n");
    let old = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let key = profile_file::import(&old, &file).await.unwrap().remove(0).1;
    old.close().await;
    let server = TestServer::start_with("http://127.0.0.1:9", |config| config.database = Some(url)).await;
    let (status, answer) = server.post(&format!("/h/{key}"), event("1", &["5"])).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer["ErrorMessage"].as_str().unwrap().starts_with("telegramToken is missing"), "{answer}");
    let profiles = server.state.store.profiles().await.unwrap();
    assert_eq!((profiles.len(), &profiles[0].profile.token), (1, &None));
    profile_file::import(&server.state.store, &file).await.unwrap();
    let mended = server.state.store.profile_by_key(&key).await.unwrap().unwrap();
    assert_eq!(mended.profile.token.unwrap().expose(), TOKEN);
    server.stop().await;
}

#[tokio::test]
async fn one_post_cannot_become_endless_messages() {
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
    assert!(server.state.store.deliveries(1).await.unwrap().is_empty());
    assert_eq!(server.post(&url, event("1", &chats[..1000])).await.0, 200);
    assert_eq!(server.state.store.deliveries(2000).await.unwrap().len(), 1000);
    server.stop().await;
}
