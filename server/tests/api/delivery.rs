//! Delivery against a simulated Bot API: the reaction to each answer, and the order within a chat.

use hookgram::{delivery::DeliveryState, parameters::Parameter};
use serde_json::{Value, json};
use server::time::now;

use crate::support::{BotApi, Play, TOKEN, TestServer, event, eventually};

async fn post(server: &TestServer, number: &str, chat: &str) {
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=n{number}");
    let (status, answer) = server.post(&path, event(number, &[chat])).await;
    assert_eq!(status, 200, "{answer}");
}

fn refuse(code: u16, description: &'static str) -> Play {
    Play::Refuse(code, description, json!({}))
}

#[tokio::test]
async fn temporary_failures_are_retried() {
    for play in [Play::Html(502), Play::HangUp, refuse(500, "Internal Server Error")] {
        let api = BotApi::start().await;
        api.next([play.clone()]);
        let server = TestServer::start(&api.url()).await;
        post(&server, "1", "5").await;
        server.wait_for_state(DeliveryState::Delivered).await;
        assert_eq!(api.messages().len(), 2, "{play:?}");
        let delivery = &server.state.store.queue.deliveries(1).await.unwrap()[0];
        assert_eq!(delivery.unsure, matches!(play, Play::HangUp), "only a lost answer leaves a doubt");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_delivery_with_a_lost_answer_is_retried_once_only() {
    let api = BotApi::start().await;
    api.next([Play::HangUp, Play::HangUp]);
    let server = TestServer::start(&api.url()).await;
    post(&server, "1", "5").await;
    server.wait_for_state(DeliveryState::Uncertain).await;
    assert_eq!(api.messages().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn retry_after_of_telegram_is_honoured() {
    let api = BotApi::start().await;
    api.next([Play::Refuse(429, "Too Many Requests: retry after 30", json!({"retry_after": 30}))]);
    let server = TestServer::start(&api.url()).await;
    let before = now();
    post(&server, "1", "5").await;
    server.wait_for_state(DeliveryState::Retrying).await;
    let due = server.state.store.queue.deliveries(1).await.unwrap()[0].next_attempt_at.unwrap();
    assert!(due >= before + 30_000, "{due}");
    // The test runs the worker itself, up to a minute ahead of the clock.
    assert_eq!(server.state.worker.run_due_once(now() + 20_000).await.unwrap(), 0);
    assert_eq!(server.state.worker.run_due_once(now() + 60_000).await.unwrap(), 1);
    assert_eq!(server.newest_state().await, Some(DeliveryState::Delivered));
    server.stop().await;
}

#[tokio::test]
async fn retry_after_is_read_from_the_header_or_the_description() {
    for (play, seconds) in [
        (Play::Wait("Too Many Requests: retry after 35", Some(600)), 600),
        (Play::Wait("Too Many Requests: retry after 35", None), 35),
    ] {
        let api = BotApi::start().await;
        api.next([play]);
        let server = TestServer::start(&api.url()).await;
        let before = now();
        post(&server, "1", "5").await;
        server.wait_for_state(DeliveryState::Retrying).await;
        let due = server.state.store.queue.deliveries(1).await.unwrap()[0].next_attempt_at.unwrap();
        assert!((seconds * 1_000..=seconds * 1_000 + 60_000).contains(&(due - before)), "{seconds}: {}", due - before);
        server.stop().await;
    }
}

#[tokio::test]
async fn permanent_refusals_end_a_delivery() {
    for (code, description) in [
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was blocked by the user"),
        (401, "Unauthorized"),
        (404, "Not Found"),
    ] {
        let api = BotApi::start().await;
        api.next([refuse(code, description)]);
        let server = TestServer::start(&api.url()).await;
        post(&server, "1", "5").await;
        server.wait_for_state(DeliveryState::Failed).await;
        let delivery = &server.state.store.queue.deliveries(1).await.unwrap()[0];
        assert_eq!(delivery.last_error.as_deref(), Some(description));
        assert_eq!(api.messages().len(), 1);
        server.stop().await;
    }
}

#[tokio::test]
async fn a_message_follows_a_migrated_chat_and_is_sent_as_plain_text_if_its_html_is_refused() {
    let api = BotApi::start().await;
    api.next([
        Play::Refuse(400, "Bad Request: group chat was upgraded", json!({"migrate_to_chat_id": -1005})),
        refuse(400, "Bad Request: can't parse entities: at byte offset 3"),
    ]);
    let server = TestServer::start(&api.url()).await;
    post(&server, "1", "-5").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let messages = api.messages();
    let chats: Vec<&Value> = messages.iter().map(|message| &message["chat_id"]).collect();
    assert_eq!(chats, ["-5", "-1005", "-1005"]);
    assert_eq!(messages[2].get("parse_mode"), None);
    assert!(!messages[2]["text"].as_str().unwrap().contains("<b>"));
    server.stop().await;
}

#[tokio::test]
async fn the_new_id_of_a_migrated_chat_is_remembered() {
    let api = BotApi::start().await;
    api.next([Play::Refuse(400, "Bad Request: group chat was upgraded", json!({"migrate_to_chat_id": -1005}))]);
    let server = TestServer::start(&api.url()).await;
    post(&server, "1", "-5").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    post(&server, "2", "-5").await;
    api.wait_for_texts(2).await;
    let chats: Vec<Value> = api.messages().iter().map(|message| message["chat_id"].clone()).collect();
    assert_eq!(chats, ["-5", "-1005", "-1005"], "the second goes there at once");
    server.stop().await;
}

#[tokio::test]
async fn the_limit_of_one_chat_does_not_delay_other_chats() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let begun = std::time::Instant::now();
    // The first four messages go to the same chat, so that the fourth waits for two seconds whenever the fifth event
    // arrives. The other chats get their messages with the fifth event, all at once.
    for number in 1..=4 {
        post(&server, &number.to_string(), "5").await;
    }
    let path = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=n5");
    let (status, answer) = server.post(&path, event("5", &["5", "6", "7", "8", "9", "10"])).await;
    assert_eq!(status, 200, "{answer}");
    api.wait_for_texts(10).await;
    assert!(begun.elapsed() >= std::time::Duration::from_secs(2), "five to one chat: three, then one a second");
    let sent: Vec<(String, String)> = api
        .messages()
        .iter()
        .map(|body| {
            let text = body["text"].as_str().unwrap().lines().next().unwrap_or_default().to_owned();
            (body["chat_id"].as_str().unwrap().to_owned(), text)
        })
        .collect();
    let to_chat: Vec<&str> = sent.iter().filter(|(chat, _)| chat == "5").map(|(_, text)| text.as_str()).collect();
    assert_eq!(to_chat, ["n1", "n2", "n3", "n4", "n5"]);
    assert_eq!(sent.last().map(|(chat, _)| chat.as_str()), Some("5"), "no other chat waited: {sent:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_refused_token_suspends_deliveries_until_there_is_a_new_one() {
    let api = BotApi::start().await;
    api.next([refuse(401, "Unauthorized")]);
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[]).await;
    let path = format!("/h/{}", profile.key);
    server.post(&path, event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Suspended).await;
    server.post(&path, event("2", &["6"])).await;
    assert_eq!(server.newest_state().await, Some(DeliveryState::Suspended));
    assert_eq!(api.messages().len(), 1, "nobody asks blindly");

    let token = TOKEN.replace("AAH", "BBH");
    let file = format!("profiles:\n- name: A\n  telegramFieldName: '*TelegramId'\n  telegramToken: '{token}'\n");
    server::profile_file::import(&server.state.store, &file).await.unwrap();
    server.state.wake.notify_one();
    eventually("both to arrive", async || {
        server
            .state
            .store
            .queue
            .deliveries(9)
            .await
            .unwrap()
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Delivered)
    })
    .await;
    assert!(api.asked().iter().skip(1).all(|asked| asked.token == token));
    server.stop().await;
}

#[tokio::test]
async fn suspended_deliveries_resume_when_telegram_accepts_the_token_again() {
    let api = BotApi::start().await;
    api.next([refuse(401, "Unauthorized")]);
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[]).await;
    let path = format!("/h/{}", profile.key);
    server.post(&path, event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Suspended).await;
    assert_eq!(server.http.get(server.url(&path)).send().await.unwrap().status(), 200);
    server.state.wake.notify_one();
    server.wait_for_state(DeliveryState::Delivered).await;
    server.stop().await;
}

#[tokio::test]
async fn order_is_kept_within_a_chat_and_other_chats_are_not_delayed() {
    let api = BotApi::start().await;
    api.next([Play::Html(502)]);
    let server = TestServer::start(&api.url()).await;
    for number in 1..=4 {
        post(&server, &number.to_string(), "5").await;
    }
    post(&server, "9", "6").await;
    api.wait_for_texts(5).await;
    let texts = api.texts();
    let order: Vec<&str> = texts.iter().filter_map(|text| text.lines().next()).collect();
    assert_eq!(order[0], "n9", "the other chat does not wait for the retry");
    assert_eq!(order[1..], ["n1", "n2", "n3", "n4"]);
    server.stop().await;
}

#[tokio::test]
async fn parts_are_sent_in_order_and_resume_at_the_one_that_failed() {
    let api = BotApi::start().await;
    api.next([Play::Ok, Play::Html(503)]);
    let server = TestServer::start(&api.url()).await;
    let long = format!("{} {}", "а".repeat(4000), "б".repeat(3000));
    let profile = server.profile("A", false, &[(Parameter::Message, &long), (Parameter::HideUrl, "true")]).await;
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let texts = api.texts();
    assert!(texts.len() >= 2, "{}", texts.len());
    assert!(texts[0].starts_with('а') && texts[1].starts_with('б'));
    assert_eq!(api.messages().len(), texts.len() + 1, "only the part that failed was repeated");
    server.stop().await;
}

/// Opens the server's database from the test.
async fn database(server: &TestServer) -> sqlx::SqlitePool {
    let file = server.state.config.data_dir.join("hookgram.db");
    sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap()
}

async fn execute(pool: &sqlx::SqlitePool, statement: &'static str) {
    sqlx::query(statement).execute(pool).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_not_telegrams_neither_suspends_nor_fails_a_delivery() {
    for status in [302, 401, 403, 404, 407] {
        let api = BotApi::start().await;
        api.next([Play::Html(status)]);
        let server = TestServer::start(&api.url()).await;
        let profile = server.profile("A", false, &[]).await;
        server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
        server.wait_for_state(DeliveryState::Delivered).await;
        assert_eq!(api.messages().len(), 2, "{status}");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_message_is_sent_once_even_if_recording_its_answer_fails_at_first() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let pool = database(&server).await;
    execute(&pool, "CREATE TRIGGER busy BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'busy'); END").await;
    post(&server, "1", "5").await;
    api.wait_for_messages(1).await;
    // At this time the lease has expired.
    assert_eq!(server.state.worker.run_due_once(now() + 120_000).await.unwrap(), 0, "it is under way");
    execute(&pool, "DROP TRIGGER busy").await;
    server.wait_for_state(DeliveryState::Delivered).await;
    assert_eq!(api.messages().len(), 1);
    pool.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_delivery_with_nothing_left_to_send_is_finished() {
    let api = BotApi::start().await;
    api.next([Play::Refuse(429, "Too Many Requests: retry after 60", json!({"retry_after": 60}))]);
    let server = TestServer::start(&api.url()).await;
    let pool = database(&server).await;
    post(&server, "1", "5").await;
    server.wait_for_state(DeliveryState::Retrying).await;
    execute(&pool, "UPDATE deliveries SET parts_sent = json_array_length(parts, '$.p')").await;
    assert_eq!(server.state.worker.run_due_once(now() + 120_000).await.unwrap(), 1);
    assert_eq!(server.newest_state().await, Some(DeliveryState::Delivered));
    assert_eq!(api.messages().len(), 1);
    pool.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_cannot_be_decrypted_suspends_deliveries_until_there_is_another() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[]).await;
    let pool = database(&server).await;
    api.next([Play::Refuse(429, "Too Many Requests: retry after 60", json!({"retry_after": 60}))]);
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Retrying).await;
    execute(&pool, "UPDATE bots SET token = x'0101'").await;
    assert_eq!(server.state.worker.run_due_once(now() + 120_000).await.unwrap(), 1);
    assert_eq!(server.newest_state().await, Some(DeliveryState::Suspended));
    pool.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_worker_that_has_ended_is_not_reported_as_running() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let (_stop, shutdown) = tokio::sync::watch::channel(false);
    let worker = server.state.worker.clone();
    server.stop().await;
    assert!(!worker.is_running());
    let task = tokio::spawn(worker.clone().run(shutdown));
    eventually("the worker to run", async || worker.is_running()).await;
    task.abort();
    assert!(task.await.is_err());
    assert!(!worker.is_running());
}
