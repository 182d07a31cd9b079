//! The health page: when it reports a stuck queue, and what it advises.

use hookgram::{parameters::Parameter, role::Role};
use serde_json::json;
use server::time::now;
use sqlx::Connection as _;

use crate::{
    person::Person,
    support::{BotApi, Play, TestServer, event, eventually},
};

const MINUTE: i64 = 60_000;

/// Moves the times of everything accepted and sent this many minutes into the past.
async fn age(server: &TestServer, minutes: i64) {
    let mut database = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    for statement in [
        "UPDATE deliveries SET created_at = created_at - ?1, next_attempt_at = next_attempt_at - ?1",
        "UPDATE attempts SET started_at = started_at - ?1",
    ] {
        sqlx::query(statement).bind(minutes * MINUTE).execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();
}

async fn retrying(server: &TestServer, count: i64) {
    eventually("messages to be retried", async || {
        server.state.store.log.queue_health().await.unwrap().retrying == count
    })
    .await;
}

async fn is_stuck(person: &Person<'_>) -> Option<String> {
    let page = person.see("/health").await;
    page.contains("The queue is not moving").then_some(page)
}

#[tokio::test]
async fn two_chats_with_a_long_retry_after_are_not_reported_as_a_stuck_queue() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Viewer).await;
    let path = format!("/h/{}", server.profile("A", false, &[(Parameter::Message, "x")]).await.key);
    let wait = |seconds: u64| Play::Refuse(429, "Too Many Requests", json!({"retry_after": seconds}));
    api.next([wait(7_200), wait(7_200)]);
    assert_eq!(server.post(&path, event("1", &["5", "6"])).await.0, 200);
    retrying(&server, 2).await;
    age(&server, 20).await;
    assert_eq!(is_stuck(&person).await, None, "Telegram answers, and others could be sent to");
    age(&server, 60).await;
    assert_eq!(is_stuck(&person).await, None, "they are not due yet");
    server.stop().await;
}

#[tokio::test]
async fn two_failing_chats_are_not_reported_as_a_stuck_queue_while_others_get_messages() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Viewer).await;
    let path = format!("/h/{}", server.profile("A", false, &[(Parameter::Message, "x")]).await.key);
    api.next(vec![Play::Refuse(500, "Internal Server Error", json!({"retry_after": 7_200})); 2]);
    assert_eq!(server.post(&path, event("1", &["5", "6"])).await.0, 200);
    retrying(&server, 2).await;
    age(&server, 20).await;
    assert!(is_stuck(&person).await.is_some(), "nothing has gone out, and Telegram has a fault");
    assert_eq!(server.post(&path, event("2", &["7"])).await.0, 200);
    api.wait_for_texts(1).await;
    eventually("the message to be recorded", async || {
        server.state.store.log.latest_calls(now() - MINUTE, "").await.unwrap().answered == 1
    })
    .await;
    assert_eq!(is_stuck(&person).await, None);
    server.stop().await;
}

#[tokio::test]
async fn an_unreachable_bot_api_is_reported_with_its_configured_address() {
    let spare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = spare.local_addr().unwrap();
    drop(spare);
    let server = TestServer::start(&format!("http://user:hunter2@{address}/api")).await;
    let person = Person::new(&server, Role::Viewer).await;
    let path = format!("/h/{}", server.profile("A", false, &[(Parameter::Message, "x")]).await.key);
    assert_eq!(server.post(&path, event("1", &["5"])).await.0, 200);
    retrying(&server, 1).await;
    age(&server, 20).await;
    let page = is_stuck(&person).await.unwrap();
    assert!(page.contains(&format!("can reach http://{address};")), "{page}");
    assert!(!page.contains("hunter2") && !page.contains("api.telegram.org"));
    server.stop().await;
}

#[tokio::test]
async fn the_health_page_lists_what_is_not_set_up_and_what_works() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let todo = [
        "No mail server is configured",
        "The address only works on this machine or its own network",
        "No bot yet",
        "No profile yet",
        "The database has never been backed up",
        "Old URLs with parameters are open, but nobody uses them",
    ];
    let page = admin.see("/health").await;
    for said in todo.into_iter().chain(["Admins without a second factor: 1"]) {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(page.contains("href=\"/settings#mail\"") && page.contains("href=\"/users\""), "{page}");
    assert!(page.contains("All good") && !page.contains("needs-you"), "nothing of it is urgent");
    let page = viewer.see("/health").await;
    assert!(todo.iter().all(|said| page.contains(said)), "{page}");
    assert!(!page.contains("Admins without") && !page.contains("href=\"/settings"), "{page}");

    server.profile("A", false, &[(Parameter::Message, "x")]).await;
    server.state.store.settings.remember_backup(now()).await.unwrap();
    admin
        .post("/settings", &[("stateless", "false"), ("smtp_url", "smtp://localhost:9"), ("mail_from", "a@b.example")])
        .await;
    let page = admin.see("/health").await;
    for said in [
        "Last database backup:",
        "Old URLs with parameters are closed.",
        "A mail server is configured",
        "There is enough disk space",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for said in ["No mail server", "No bot yet", "No profile yet", "never been backed up", "nobody uses them"] {
        assert!(!page.contains(said), "{said} in {page}");
    }
    let month = 31 * 24 * 60 * MINUTE;
    server.state.store.settings.remember_backup(now() - month).await.unwrap();
    assert!(admin.see("/health").await.contains("The last database backup is old:"));
    assert_eq!(server.http.get(server.url("/readyz")).send().await.unwrap().status(), 200);
    server.stop().await;
}
