//! Strangers at the stateless endpoint (contract §1): tokens that no profile has and that Telegram has never accepted.

use hookgram::{parameters::Parameter, secret::BotToken, setting::Setting};
use reqwest::header::RETRY_AFTER;
use serde_json::Value;
use server::{config::network, settings::Fixed};

use crate::support::{BotApi, TOKEN, TestServer, event, eventually};

/// Returns a well-formed token of a bot that does not exist.
fn made_up(number: usize) -> String {
    format!("{}:AAMadeUp-pQ_rStUvWxYz0123456789abcd", 8_000_000_000_u64 + number as u64)
}

fn url_of(token: &str) -> String {
    format!("/webhook/telegram?telegramToken={token}&telegramFieldName=*TelegramId&message=Hi")
}

/// Starts a server behind a proxy, with a limit of `events` waiting events of strangers.
async fn server(api: &BotApi, events: &str) -> TestServer {
    TestServer::start_with(&api.url(), |config| {
        let mut fixed = Fixed::default();
        fixed.fix(Setting::StrangerEvents, events).unwrap();
        config.fixed = fixed;
        config.trusted_proxies = vec![network("127.0.0.1").unwrap()];
    })
    .await
}

struct Told {
    status: u16,
    body: Value,
    retry_after: Option<String>,
}

/// Posts an event for this token from this address.
async fn post(server: &TestServer, token: &str, address: &str, body: impl Into<reqwest::Body>) -> Told {
    let request = server.http.post(server.url(&url_of(token))).header("x-forwarded-for", address);
    let answer = request.body(body).send().await.unwrap();
    let retry_after = answer.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
    Told { status: answer.status().as_u16(), body: answer.json().await.unwrap(), retry_after }
}

#[tokio::test]
async fn events_with_made_up_tokens_do_not_delay_a_profiles_message() {
    let api = BotApi::start().await;
    api.know([TOKEN]);
    let server = server(&api, "2000").await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hello")]).await;
    for number in 0..150 {
        let told = post(&server, &made_up(number), &format!("192.0.2.{number}"), event("1", &["5"])).await;
        assert_eq!(told.status, 200, "{}", told.body);
    }
    assert_eq!(server.post(&format!("/h/{}", profile.key), event("2", &["5"])).await.0, 200);
    api.wait_for_texts(1).await;
    // Some strangers have used their share of new bots, but no more.
    eventually("strangers to be refused", async || server.state.store.events.strangers_waiting().await.unwrap() == 147)
        .await;
    let asked: std::collections::HashSet<String> = api.asked().into_iter().map(|asked| asked.token).collect();
    assert_eq!(asked.len(), 1 + 3, "the profile's bot, and three strangers within the minute");
    server.stop().await;
}

#[tokio::test]
async fn unknown_tokens_share_the_rate_limit_of_their_address() {
    let api = BotApi::start().await;
    api.know([TOKEN]);
    let server = server(&api, "1000000").await;
    let mut refused = None;
    for number in 0..2_000 {
        let told = post(&server, &made_up(number), "192.0.2.1", event("1", &["5"])).await;
        if told.status == 429 {
            refused = Some(told);
            break;
        }
    }
    let refused = refused.expect("one address sends as much as it likes");
    assert!(refused.retry_after.is_some());
    assert!(
        refused.body["ErrorMessage"].as_str().unwrap().starts_with("Too many requests in a row"),
        "{}",
        refused.body
    );
    assert_eq!(post(&server, &made_up(5_000), "192.0.2.2", event("1", &["5"])).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn strangers_undelivered_events_are_bounded_until_telegram_accepts_the_token() {
    let api = BotApi::start().await;
    api.down().await;
    // A limit of twenty events in total allows two per address.
    let server = server(&api, "20").await;
    let profile = server.profile("A", true, &[]).await;
    let statuses = async |token: &str, address: &str, numbers: std::ops::Range<usize>| {
        let mut statuses = Vec::new();
        for number in numbers {
            statuses.push(post(&server, token, address, event(&number.to_string(), &["5"])).await.status);
        }
        statuses
    };
    assert_eq!(statuses(&made_up(1), "192.0.2.1", 0..3).await, [200, 200, 429]);
    let told = post(&server, TOKEN, "192.0.2.1", event("9", &["5"])).await;
    assert_eq!((told.status, told.retry_after.as_deref()), (429, Some("60")));
    assert!(told.body["ErrorMessage"].as_str().unwrap().contains("open this URL in a browser"), "{}", told.body);
    for address in 2..11 {
        assert_eq!(statuses(&made_up(address), &format!("192.0.2.{address}"), 0..2).await, [200, 200]);
    }
    assert_eq!(statuses(&made_up(50), "192.0.2.50", 0..1).await, [429], "that many in all");
    assert_eq!(server.state.store.events.strangers_waiting().await.unwrap(), 20);
    let health = server::health::report(&server.state).await.unwrap();
    assert!(health.troubles.contains(&app::pages::Trouble::StrangersWaiting(20)), "{:?}", health.troubles);
    assert!(!health.troubles.iter().any(app::pages::Trouble::is_red), "{:?}", health.troubles);
    assert_eq!(server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await.0, 200);
    // A check that Telegram answers makes a token known.
    api.up().await;
    api.know([TOKEN]);
    let check = server.http.get(server.url(&url_of(TOKEN))).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(check.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(statuses(TOKEN, "192.0.2.1", 100..105).await, [200; 5]);
    api.wait_for_texts(5).await;
    server.stop().await;
}

#[tokio::test]
async fn a_strangers_first_message_makes_its_token_known() {
    let api = BotApi::start().await;
    let server = server(&api, "20").await;
    assert_eq!(post(&server, TOKEN, "192.0.2.1", event("1", &["5"])).await.status, 200);
    api.wait_for_texts(1).await;
    let token = BotToken::parse(TOKEN).unwrap();
    let sender = server::store::SenderKey::of(&token);
    eventually("the token to be known", async || server.state.store.events.is_known(&sender).await.unwrap()).await;
    assert_eq!(server.state.store.events.strangers_waiting().await.unwrap(), 0);
    for number in 2..40 {
        assert_eq!(
            post(&server, TOKEN, "192.0.2.1", event(&number.to_string(), &[&number.to_string()])).await.status,
            200
        );
    }
    api.wait_for_texts(39).await;
    server.stop().await;
}

#[tokio::test]
async fn a_stranger_may_send_128_kib_and_a_known_token_the_configured_size() {
    let api = BotApi::start().await;
    let server = server(&api, "2000").await;
    let body = |kib: usize| {
        let mut body: Value = serde_json::from_str(&event("1", &["5"])).unwrap();
        body["Ignored"] = "x".repeat(kib * 1024).into();
        body.to_string()
    };
    assert_eq!(post(&server, TOKEN, "192.0.2.1", body(120)).await.status, 200);
    api.wait_for_texts(1).await;
    let other = made_up(1);
    let told = post(&server, &other, "192.0.2.1", body(129)).await;
    assert_eq!(told.status, 413);
    assert!(told.body["ErrorMessage"].as_str().unwrap().contains("131072"), "{}", told.body);
    eventually("the token to be known", async || post(&server, TOKEN, "192.0.2.1", body(900)).await.status == 200)
        .await;
    server.stop().await;
}

#[tokio::test]
async fn the_number_of_recorded_refusals_of_strangers_is_limited() {
    let api = BotApi::start().await;
    let server = server(&api, "2000").await;
    for number in 0..60 {
        let told = post(&server, &made_up(number), "192.0.2.1", event("1", &[])).await;
        assert_eq!(told.status, 422, "{}", told.body);
    }
    assert_eq!(server.state.store.events.newest(None, 1_000).await.unwrap().len(), 20);
    server.stop().await;
}
