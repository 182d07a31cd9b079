//! Sessions: the list of devices, how sessions end, and which actions require confirming the password again.

use std::time::Duration;

use hookgram::role::Role;
use server::{config::Config, secrets::codes, time::now};
use sqlx::Connection as _;
use tokio::task::JoinHandle;

use crate::{
    person::{Person, between},
    support::{TestServer, eventually},
    visitor::{EMAIL, PASSWORD, Visitor, reset_link},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn each_session_is_listed_with_its_device_and_can_be_ended() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let phone = Visitor::new(&server).with_agent(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
    );
    let odd = Visitor::new(&server).with_agent("<script>alert(1)</script>");
    phone.sign_in(EMAIL, PASSWORD).await;
    odd.sign_in(EMAIL, PASSWORD).await;
    let other = Visitor::invited(&server, "other@example.com", Role::Admin).await;
    let page = owner.see("/account").await;
    let list = between(&page, "<ul class=\"sessions\">", "</ul>");
    for (text, count) in [("Firefox, Windows", 1), ("Chrome, Android", 2), ("Unknown device", 2), ("This session", 1)] {
        assert_eq!(list.matches(text).count(), count, "{text} in {list}");
    }
    assert!(list.matches("127.0.0.1").count() >= 3 && !page.contains("<script>alert"));
    for token in [&owner, &phone].map(|visitor| visitor.cookie("hookgram_session").unwrap()) {
        assert!(!page.contains(&token));
    }
    let id = list.split("Chrome, Android").nth(1).unwrap();
    let id = between(id, "/account/sessions/", "/end").to_owned();
    assert_eq!(other.post(&format!("/account/sessions/{id}/end"), &[]).await.to, "/account");
    assert!(phone.is_in().await, "nobody ends another's");
    assert_eq!(owner.post(&format!("/account/sessions/{id}/end"), &[]).await.to, "/account");
    assert!(!phone.is_in().await && odd.is_in().await && owner.is_in().await);

    let page = owner.see("/account/sessions/end").await;
    assert!(page.contains("Unknown device"));
    let before = owner.cookie("hookgram_session").unwrap();
    assert_eq!(owner.post("/account/sessions/end", &[]).await.to, "/account");
    assert!(!odd.is_in().await && owner.is_in().await && other.is_in().await);
    assert_ne!(owner.cookie("hookgram_session").unwrap(), before);
    server.stop().await;
}

#[tokio::test]
async fn the_password_must_be_confirmed_again_after_ten_minutes() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let other = Visitor::new(&server);
    other.sign_in(EMAIL, PASSWORD).await;
    server.age_sessions(11 * 60_000).await;
    for answer in [owner.get("/account/sessions/end").await, owner.post("/account/sessions/end", &[]).await] {
        assert_eq!(answer.to, "/confirm?next=/account/sessions/end");
    }
    assert!(other.is_in().await);
    let fields = [("password", PASSWORD), ("next", "/account/sessions/end")];
    assert_eq!(owner.post("/confirm", &fields).await.to, "/account/sessions/end");
    assert_eq!(owner.post("/account/sessions/end", &[]).await.to, "/account");
    assert!(!other.is_in().await);
    // An address on another site is ignored as the page to continue with.
    assert_eq!(owner.post("/confirm", &[("password", PASSWORD), ("next", "https://evil.example")]).await.to, "/");
    assert_eq!(Visitor::new(&server).get("/confirm").await.status, 303);
    server.stop().await;
}

#[tokio::test]
async fn a_session_ends_after_two_idle_weeks_or_90_days_in_total() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let hash = codes::hash(&owner.cookie("hookgram_session").unwrap());
    let store = &server.state.store;
    let open = async |at| store.accounts.session(&hash, at, 14 * DAY).await.unwrap().is_some();
    assert!(open(now() + 14 * DAY - 60_000).await);
    assert!(!open(now() + 14 * DAY + 60_000).await);
    let began = now();
    for days in (10..90).step_by(10).chain([89]) {
        assert!(open(began + days * DAY).await, "{days}");
        store.accounts.touch_session(&hash, began + days * DAY).await.unwrap();
    }
    assert!(open(began + 90 * DAY - 60_000).await && !open(began + 90 * DAY + 60_000).await);
    server.age_sessions(15 * DAY).await;
    store.accounts.touch_session(&hash, now() - 15 * DAY).await.unwrap();
    assert!(!owner.is_in().await);
    server.stop().await;
}

/// Opens a live stream. Returns the task that reads it until it ends.
async fn live(server: &TestServer, visitor: &Visitor<'_>) -> JoinHandle<()> {
    let cookie = format!("hookgram_session={}", visitor.cookie("hookgram_session").unwrap());
    let stream = server.http.get(server.url("/live/deliveries")).header("cookie", cookie).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    tokio::spawn(async move {
        let mut stream = stream;
        while stream.chunk().await.unwrap().is_some() {}
    })
}

async fn ended(what: &str, stream: &JoinHandle<()>) {
    eventually(what, async || stream.is_finished()).await;
}

#[tokio::test]
async fn a_live_stream_ends_when_its_session_is_ended_in_any_way() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Visitor::invited(&server, "admin@example.com", Role::Admin).await;
    let others = live(&server, &admin).await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let id = server.state.store.accounts.user_by_email(EMAIL).await.unwrap().unwrap().account.id;
    let elsewhere = Visitor::new(&server);
    elsewhere.sign_in(EMAIL, PASSWORD).await;

    let stream = live(&server, &elsewhere).await;
    elsewhere.post("/logout", &[]).await;
    ended("the stream of who signs out", &stream).await;

    elsewhere.sign_in(EMAIL, PASSWORD).await;
    let stream = live(&server, &elsewhere).await;
    let page = owner.see("/account").await;
    let list = between(&page, "<ul class=\"sessions\">", "</ul>").to_owned();
    let session = between(&list, "/account/sessions/", "/end").to_owned();
    owner.post(&format!("/account/sessions/{session}/end"), &[]).await;
    ended("the stream of a session that is ended", &stream).await;

    for path in ["/account/sessions/end", "/account/password"] {
        elsewhere.sign_in(EMAIL, PASSWORD).await;
        let stream = live(&server, &elsewhere).await;
        owner.post(path, &[("current", PASSWORD), ("password", PASSWORD)]).await;
        ended(path, &stream).await;
    }

    elsewhere.sign_in(EMAIL, PASSWORD).await;
    let stream = live(&server, &elsewhere).await;
    let code = reset_link(&server, EMAIL, 60_000).await;
    owner.post(&format!("/reset/{code}"), &[("password", PASSWORD)]).await;
    ended("the stream of who has another password", &stream).await;

    elsewhere.sign_in(EMAIL, PASSWORD).await;
    let stream = live(&server, &elsewhere).await;
    let (totp, _) = owner.turn_factor_on().await;
    ended("the stream of who has a second factor", &stream).await;

    let stream = live(&server, &owner).await;
    admin.post(&format!("/users/{id}/role"), &[("role", "operator")]).await;
    ended("the stream of who has another role", &stream).await;

    owner.sign_in(EMAIL, PASSWORD).await;
    let entered = owner.post("/login/second", &[("code", &totp.code_at(now()).unwrap())]).await;
    assert_eq!(entered.to, "/");
    let stream = live(&server, &owner).await;
    admin.post(&format!("/users/{id}/remove"), &[]).await;
    ended("the stream of who is removed", &stream).await;

    assert!(!others.is_finished(), "nobody else's ends");
    others.abort();
    server.stop().await;
}

#[tokio::test]
async fn a_live_stream_ends_when_its_session_expires_or_another_process_ends_it() {
    let often = |config: &mut Config| config.patience.look = Duration::from_millis(10);
    let server = TestServer::start_with("http://127.0.0.1:9", often).await;
    let owner = Visitor::invited(&server, EMAIL, Role::Viewer).await;
    let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    for statement in [
        "UPDATE sessions SET last_used_at = 0",
        "UPDATE sessions SET expires_at = 0",
        "DELETE FROM sessions",
        "UPDATE users SET totp = NULL",
    ] {
        owner.sign_in(EMAIL, PASSWORD).await;
        let stream = live(&server, &owner).await;
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        if statement.contains("users") {
            assert!(!stream.is_finished(), "nothing has changed");
            let all = [("second_factor", "all")];
            let admin = Person::new(&server, Role::Admin).await;
            assert_eq!(admin.post("/settings", &all).await.status(), 303);
        }
        ended(statement, &stream).await;
    }
    connection.close().await.unwrap();
    server.stop().await;
}
