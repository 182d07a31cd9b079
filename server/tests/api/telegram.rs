//! Deliveries to a simulated Telegram that enforces its limits, tokens and HTML, or is slow, unreachable or hangs up.

use std::sync::Arc;

use hookgram::{delivery::DeliveryState, parameters::Parameter};
use serde_json::{Value, json};
use server::time::now;
use tokio::sync::Notify;

use crate::support::{BotApi, Play, TOKEN, TestServer, event, eventually, number_of};

async fn post(server: &TestServer, number: usize, chat: &str) {
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=n{number}");
    let (status, answer) = server.post(&path, event(&number.to_string(), &[chat])).await;
    assert_eq!(status, 200, "{answer}");
}

async fn wait_for_all(server: &TestServer, state: DeliveryState) {
    eventually(&format!("every delivery to be {state:?}"), async || {
        server.state.store.queue.deliveries(999).await.unwrap().iter().all(|delivery| delivery.state == state)
    })
    .await;
}

/// Waits until no delivery is in flight, so that the next manual step gets all due deliveries.
async fn wait_until_idle(server: &TestServer) {
    eventually("nothing to be on its way", async || {
        let deliveries = server.state.store.queue.deliveries(999).await.unwrap();
        deliveries.iter().all(|delivery| delivery.state != DeliveryState::Sending)
            && deliveries.iter().any(|delivery| delivery.attempts > 0)
    })
    .await;
}

#[tokio::test]
async fn no_limit_of_telegram_is_exceeded() {
    let api = BotApi::start().await;
    api.limit();
    let server = TestServer::start(&api.url()).await;
    for number in 0..45 {
        post(&server, number, &(100 + number).to_string()).await;
    }
    for number in 45..51 {
        post(&server, number, "5").await;
    }
    for number in 51..56 {
        post(&server, number, "-100500").await;
    }
    wait_for_all(&server, DeliveryState::Delivered).await;
    assert_eq!(api.overstepped(), 0);
    assert_eq!(api.texts().len(), 56);
    server.stop().await;
}

#[tokio::test]
async fn ten_minutes_without_telegram_lose_no_message_and_keep_the_order() {
    let api = BotApi::start().await;
    api.down().await;
    let server = TestServer::start(&api.url()).await;
    for number in 1..=3 {
        post(&server, number, "5").await;
    }
    post(&server, 4, "6").await;
    // The test runs the worker through ten minutes, far ahead of the clock.
    let begun = now();
    let mut tries = 0;
    for minute in 1..=10 {
        wait_until_idle(&server).await;
        tries += server.state.worker.run_due_once(begun + minute * 60_000).await.unwrap();
    }
    assert!((2..=20).contains(&tries), "{tries}: neither given up nor tried without a pause");
    api.up().await;
    for minute in 30..=60 {
        wait_until_idle(&server).await;
        server.state.worker.run_due_once(begun + minute * 60_000).await.unwrap();
    }
    wait_for_all(&server, DeliveryState::Delivered).await;
    let deliveries = server.state.store.queue.deliveries(9).await.unwrap();
    assert!(deliveries.iter().all(|delivery| !delivery.unsure), "nothing had been written");
    let heard: Vec<usize> = api
        .messages()
        .iter()
        .filter(|body| body["chat_id"] == "5")
        .map(|body| number_of(body["text"].as_str().unwrap()))
        .collect();
    assert_eq!(heard, [1, 2, 3]);
    server.stop().await;
}

#[tokio::test]
async fn a_delivery_whose_connection_was_cut_is_retried_and_marked_as_possibly_duplicate() {
    let api = BotApi::start().await;
    api.next([Play::Hold]);
    let server = TestServer::start(&api.url()).await;
    post(&server, 1, "5").await;
    api.wait_for_messages(1).await;
    api.down().await;
    server.wait_for_state(DeliveryState::Retrying).await;
    api.up().await;
    server.state.worker.run_due_once(now() + 120_000).await.unwrap();
    server.wait_for_state(DeliveryState::Delivered).await;
    assert!(server.state.store.queue.deliveries(1).await.unwrap()[0].unsure);
    assert_eq!(api.messages().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_request_on_a_connection_closed_before_it_was_read_is_retried() {
    let api = BotApi::start().await;
    api.slam(1);
    let server = TestServer::start(&api.url()).await;
    post(&server, 1, "5").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    assert_eq!(api.messages().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_slow_answer_delays_its_own_chat_only() {
    let api = BotApi::start().await;
    let ring = Arc::new(Notify::new());
    let server = TestServer::start(&api.url()).await;
    post(&server, 0, "4").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    api.next([Play::Late(ring.clone())]);
    post(&server, 1, "5").await;
    api.wait_for_messages(2).await;
    post(&server, 2, "5").await;
    post(&server, 3, "6").await;
    api.wait_for_messages(3).await;
    assert_eq!(api.messages()[2]["chat_id"], "6");
    ring.notify_one();
    wait_for_all(&server, DeliveryState::Delivered).await;
    assert_eq!(api.messages().len(), 4, "slow is not lost");
    server.stop().await;
}

#[tokio::test]
async fn a_429_for_one_chat_does_not_delay_other_chats() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    post(&server, 1, "5").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    api.next([Play::Refuse(429, "Too Many Requests: retry after 40", json!({"retry_after": 40}))]);
    post(&server, 2, "5").await;
    api.wait_for_messages(2).await;
    server.wait_for_state(DeliveryState::Retrying).await;
    post(&server, 3, "5").await;
    for number in 6..10 {
        post(&server, number, &number.to_string()).await;
    }
    api.wait_for_texts(5).await;
    let mut chats: Vec<String> = api.messages()[2..].iter().map(|body| body["chat_id"].to_string()).collect();
    chats.sort();
    assert_eq!(chats, ["6", "7", "8", "9"].map(|chat| format!("{chat:?}")));
    server.stop().await;
}

#[tokio::test]
async fn any_text_is_encoded_as_html_that_telegram_accepts() {
    let api = BotApi::start().await;
    api.read_html();
    let server = TestServer::start(&api.url()).await;
    for (number, text) in [
        "a < b && c > d",
        "<b>жирный</b> & <i>курсив</i>",
        "<b>не закрыт",
        "<br>&nbsp;&#0;&lt",
        "</>",
        "<a href=\"https://x.y/?a=1&b=2\">ссылка</a>",
        &format!("<b>{}</b>", "длинно & ".repeat(900)),
        &"😀".repeat(3_000),
    ]
    .into_iter()
    .enumerate()
    {
        let chat = (100 + number).to_string();
        let profile = server.profile(&format!("P{number}"), false, &[(Parameter::Message, text)]).await;
        let mut body: Value = serde_json::from_str(&event("<1>&", &[&chat])).unwrap();
        body["CaseItem"]["Description"] = format!("<p>{text}</p>").into();
        let (status, answer) = server.post(&format!("/h/{}", profile.key), body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
    wait_for_all(&server, DeliveryState::Delivered).await;
    let deliveries = server.state.store.queue.deliveries(99).await.unwrap();
    let refused: Vec<_> = deliveries.iter().filter_map(|delivery| delivery.last_error.as_deref()).collect();
    assert!(refused.is_empty(), "{refused:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_revoked_token_suspends_deliveries_and_a_new_token_resumes_them() {
    let api = BotApi::start().await;
    api.know([]);
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[]).await;
    for number in ["1", "2", "3"] {
        server.post(&format!("/h/{}", profile.key), event(number, &["5"])).await;
    }
    wait_for_all(&server, DeliveryState::Suspended).await;
    let asked = api.messages().len();
    assert_eq!(server.state.worker.run_due_once(now() + 86_400_000).await.unwrap(), 0, "nobody asks blindly");
    api.know([TOKEN]);
    assert_eq!(server.http.get(server.url(&format!("/h/{}", profile.key))).send().await.unwrap().status(), 200);
    server.state.wake.notify_one();
    wait_for_all(&server, DeliveryState::Delivered).await;
    assert_eq!(api.messages().len(), asked + 3);
    server.stop().await;
}

#[tokio::test]
async fn permanent_errors_of_a_message_or_chat_are_not_retried() {
    for (code, description) in [
        (400, "Bad Request: message text is empty"),
        (400, "Bad Request: message is too long"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
    ] {
        let api = BotApi::start().await;
        api.next([Play::Refuse(code, description, Value::Null)]);
        let server = TestServer::start(&api.url()).await;
        post(&server, 1, "5").await;
        server.wait_for_state(DeliveryState::Failed).await;
        let delivery = &server.state.store.queue.deliveries(1).await.unwrap()[0];
        assert_eq!((delivery.last_error.as_deref(), delivery.last_status), (Some(description), Some(code.into())));
        assert_eq!(api.messages().len(), 1);
        server.stop().await;
    }
}
