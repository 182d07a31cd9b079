//! Rate limits: each source is limited separately, with the time to wait, and no other source is affected.

use hookgram::{role::Role, secret::BotToken};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use server::{
    config::network,
    http::rate_limits::{Limits, Source},
    store::SenderKey,
};
use tokio::task::{JoinHandle, JoinSet};

use crate::{
    person::Person,
    support::{TOKEN, TestServer, event},
};

/// Sends requests until one is refused with 429, and returns that answer.
async fn flood(server: &TestServer, most: usize, path: &str) -> Response {
    let (http, url) = (server.http.clone(), server.url(path));
    let mut asked = 0;
    while asked < most {
        let mut some = JoinSet::new();
        for _ in 0..100 {
            let request = http.get(&url);
            some.spawn(async move { request.send().await.unwrap() });
        }
        asked += 100;
        for answer in some.join_all().await {
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                return answer;
            }
        }
    }
    panic!("{most} requests for {path} were all taken");
}

/// Keeps the allowance used up, as many other senders for the same source would.
fn keep_busy(server: &TestServer, source: Source) -> JoinHandle<()> {
    keep_taking(server, move |limits| limits.webhook(&source).is_ok())
}

fn keep_taking(server: &TestServer, take: impl Fn(&Limits) -> bool + Send + 'static) -> JoinHandle<()> {
    let state = server.state.clone();
    tokio::spawn(async move {
        loop {
            while take(&state.limits) {}
            tokio::task::yield_now().await;
        }
    })
}

async fn refused(answer: Response) -> Value {
    let wait = answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_webhook_key_over_its_limit_gets_429_and_others_do_not() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let busy = server.profile("Busy", true, &[]).await;
    let other = server.profile("Other", true, &[]).await;
    let others = keep_busy(&server, Source::Profile(busy.id));
    let told = refused(flood(&server, 1_000, &format!("/h/{}", busy.key)).await).await;
    assert_eq!(told["Status"], "Error");
    assert!(told["ErrorMessage"].as_str().unwrap().starts_with("Too many requests in a row"), "{told}");
    let (status, _) = server.post(&format!("/h/{}", other.key), event("1", &["5"])).await;
    assert_eq!(status, 200);
    // The log keeps one of its refused POSTs, not all.
    let mut posts = JoinSet::new();
    for _ in 0..200 {
        let post = server.http.post(server.url(&format!("/h/{}", busy.key))).body("{}");
        posts.spawn(async move { post.send().await.unwrap().status().as_u16() });
    }
    assert!(posts.join_all().await.iter().filter(|status| **status == 429).count() > 1);
    others.abort();
    let turned_away = server.state.store.events.newest(Some(busy.id), 1_000).await.unwrap();
    let count = turned_away.iter().filter(|event| event.http_status == 429).count();
    assert_eq!(count, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_known_token_of_the_stateless_endpoint_has_a_limit_of_its_own() {
    let api = crate::support::BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId");
    let token = BotToken::parse(TOKEN).unwrap();
    server.state.store.bots.accepted(&token, "Salon", "salon_bot").await.unwrap();
    let source = Source::Token(SenderKey::of(&token));
    let busy = keep_busy(&server, source.clone());
    let told = refused(flood(&server, 1_000, &path).await).await;
    assert_eq!(told["Status"], "Error");
    let mut posts = JoinSet::new();
    for _ in 0..200 {
        let post = server.http.post(server.url(&path)).body(event("1", &["5"]));
        posts.spawn(async move { post.send().await.unwrap().status().as_u16() });
    }
    assert!(posts.join_all().await.iter().filter(|status| **status == 429).count() > 1);
    busy.abort();
    let recorded = (0..200).filter(|_| server.state.limits.records(&source)).count();
    assert_eq!(recorded, 100, "a 429, which is not recorded, uses up nothing of what is kept for 422s");
    let other = path.replace("7001002003", "7001002004");
    let (status, told) = server.post(&other, event("1", &["5"])).await;
    assert_eq!(status, 200, "{told}");
    server.stop().await;
}

#[tokio::test]
async fn guessing_webhook_keys_is_limited_without_affecting_the_booking_service() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let profile = server.profile("A", true, &[]).await;
    refused(flood(&server, 1_000, "/h/nobodysKey23456789").await).await;
    refused(flood(&server, 1_000, "/webhook/telegram?message=x").await).await;
    for number in 0..50 {
        let (status, _) = server.post(&format!("/h/{}", profile.key), event(&number.to_string(), &["5"])).await;
        assert_eq!(status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn the_limit_of_pages_does_not_affect_the_endpoints() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let profile = server.profile("A", true, &[]).await;
    let answer = flood(&server, 5_000, "/deliveries").await;
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let (status, _) = server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    assert_eq!(status, 200);
    assert_eq!(server.http.get(server.url("/healthz")).send().await.unwrap().status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn every_path_that_renders_a_page_counts_for_the_limit_and_assets_do_not() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let others = keep_taking(&server, |limits| limits.page([127, 0, 0, 1].into()).is_ok());
    for path in ["/pkg/", "/nowhere", "/favicon.ico/x", "/setup/a/b", "/metrics", "//h/x", "/H/x", "/h;x", "/login"] {
        flood(&server, 1_000, path).await;
    }
    for (path, kind, kept) in [
        ("/favicon.ico", "image/svg+xml", "public, max-age=86400"),
        ("/robots.txt", "text/plain; charset=utf-8", "no-store"),
        ("/healthz", "text/plain; charset=utf-8", "no-store"),
        ("/readyz", "text/plain; charset=utf-8", "no-store"),
    ] {
        let answer = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let said = |name: &str| answer.headers()[name].to_str().unwrap();
        assert_eq!((said("content-type"), said("cache-control")), (kind, kept), "{path}");
        assert!(answer.text().await.unwrap().len() < 1_000, "{path}");
    }
    others.abort();
    server.stop().await;
}

#[tokio::test]
async fn an_unconfigured_proxy_is_reported_on_the_health_page() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let person = Person::new(&server, Role::Admin).await;
    assert!(!person.see("/health").await.contains("HOOKGRAM_TRUSTED_PROXIES"));
    let forwarded = server.http.get(server.url("/login")).header("x-forwarded-for", "198.51.100.7");
    assert_eq!(forwarded.send().await.unwrap().status(), 200);
    let page = person.see("/health").await;
    assert!(page.contains("HOOKGRAM_TRUSTED_PROXIES=127.0.0.1"), "{page}");
    assert!(!page.contains("needs-you"), "worth knowing, not urgent");
    server.stop().await;

    let trusting = TestServer::start_with("http://127.0.0.1:1", |config| {
        config.trusted_proxies = vec![network("127.0.0.0/8").unwrap()];
    })
    .await;
    let person = Person::new(&trusting, Role::Admin).await;
    trusting.http.get(trusting.url("/login")).header("x-forwarded-for", "198.51.100.7").send().await.unwrap();
    assert!(!person.see("/health").await.contains("HOOKGRAM_TRUSTED_PROXIES"));
    trusting.stop().await;
}
