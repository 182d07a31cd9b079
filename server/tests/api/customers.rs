//! The pages of customers, their names beside chats, stopping messages, and exporting a person's data.

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use serde_json::{Value, json};
use server::{
    store::{Contact, audit::COMMAND_LINE},
    time::{Millis, now},
};
use sqlx::Connection as _;

use crate::{
    person::{Person, between},
    support::{BotApi, Play, TestServer, event},
};

/// The bot of the tests' token.
pub const BOT: i64 = 7_001_002_003;
const DAY: Millis = 86_400_000;

/// A person as an update describes them.
pub fn contact(id: i64, name: &str, username: &str) -> Contact {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    Contact { id, first_name: first.into(), last_name: last.into(), username: username.into(), language: "ru".into() }
}

/// Simulates that a person presses Start at the bot of the tests' token.
pub async fn meet(server: &TestServer, id: i64, name: &str, username: &str) {
    server.state.store.customers.met(BOT, &contact(id, name, username), true, now()).await.unwrap();
}

/// Stores a booking of a customer as if an event had announced it.
pub async fn book(server: &TestServer, customer: i64, text: &str, starts_at: Option<Millis>) {
    let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    sqlx::query(
        "INSERT OR REPLACE INTO bookings (bot_id, customer_id, case_id, starts_at, service, number, link, cancelled, told_at)
         VALUES (?1, ?2, ?3, ?4, ?3, ?3, ?3, 0, ?5)",
    )
    .bind(BOT)
    .bind(customer)
    .bind(text)
    .bind(starts_at)
    .bind(now())
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
}

fn rows(page: &str) -> usize {
    page.split("customer-table").nth(1).map_or(0, |table| table.matches("<th scope=\"row\">").count())
}

#[tokio::test]
async fn the_customer_list_is_filtered_by_its_address_and_shows_who_gets_messages() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let operator = Person::new(&server, Role::Operator).await;
    let empty = operator.see("/customers").await;
    assert!(empty.contains("No customers yet") && empty.contains("href=\"/bots\""), "{empty}");
    assert!(!empty.contains("name=\"q\"") && rows(&empty) == 0, "there is nothing to search in");
    server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    let store = &server.state.store.customers;
    meet(&server, 600_700_800, "Анна Королёва", "anna_k").await;
    meet(&server, 5, "Пётр", "").await;
    meet(&server, 6, "\u{3164}", "").await;
    store.met(7, &contact(5, "Пётр", ""), true, now()).await.unwrap();
    store.set_blocked(BOT, &contact(5, "Пётр", ""), true, now()).await.unwrap();
    store.stop_by(BOT, 6, now(), &COMMAND_LINE).await.unwrap();
    book(&server, 600_700_800, "Haircut", Some(now() + DAY)).await;
    let page = operator.see("/customers").await;
    assert_eq!(rows(&page), 3);
    for told in [
        "Анна Королёва",
        "@anna_k",
        "href=\"/customers/600700800\"",
        "href=\"/bots/7001002003\"",
        "Gets messages",
        "Blocked the bot",
        "Stopped (/stop)",
        "Haircut",
        "No name",
        "<code>ru<",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("href=\"/bots/7\""), "a bot that was removed has no page");
    for (asked, found) in [
        ("q=королева", &["600700800"][..]),
        ("q=@ANNA", &["600700800"]),
        ("q=600700800", &["600700800"]),
        ("q=petr", &[]),
        ("bot=7001002003", &["600700800", "5", "6"]),
        ("bot=7001002003&q=Петр", &["5"]),
        ("bot=8", &[]),
        ("bot=x&behind=x", &["600700800", "5", "6"]),
        ("behind=1-0", &[]),
    ] {
        let page = operator.see(&format!("/customers?{asked}")).await;
        assert_eq!(rows(&page), found.len(), "{asked}");
        for id in found {
            assert!(page.contains(&format!("href=\"/customers/{id}\"")), "{asked}: {id}");
        }
        assert!(!found.is_empty() || page.contains("Nobody found"), "{asked}: {page}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_long_customer_list_has_each_customer_once_and_page_addresses_contain_no_customer() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let begun = now() - DAY - 600_700_001 / 40;
    for id in 600_700_001..=600_700_120 {
        let who = contact(id, "Anna", "");
        server.state.store.customers.met(BOT, &who, true, begun + id / 40).await.unwrap();
    }
    let viewer = Person::new(&server, Role::Viewer).await;
    let operator = Person::new(&server, Role::Operator).await;
    for first in ["/customers", "/customers?bot=7001002003"] {
        let (mut path, mut sizes, mut seen) = (first.to_owned(), Vec::new(), Vec::new());
        loop {
            let page = operator.see(&path).await;
            seen.extend(page.split("href=\"/customers/").skip(1).map(|rest| between(rest, "", "\"").to_owned()));
            sizes.push(rows(&page));
            let masked = viewer.see(&path).await;
            assert!(masked.contains("A…") && !masked.contains("6007001") && !masked.contains("6007000"), "{masked}");
            assert!(!masked.contains("name=\"q\""), "a viewer cannot search for what is hidden");
            if !page.contains("rel=\"next\"") {
                break;
            }
            let next = page.split("rel=\"next\"").nth(1).unwrap();
            path = between(next, "href=\"", "\"").replace("&amp;", "&");
        }
        assert_eq!(sizes, [50, 50, 20]);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 120);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_customer_is_shown_with_bots_and_bookings_and_can_be_stopped_by_an_operator() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    meet(&server, 600_700_800, "Anna B", "anna_b").await;
    book(&server, 600_700_800, "https://torrow.net/case", Some(now() + DAY)).await;
    book(&server, 600_700_800, "javascript:alert(1)", None).await;
    let operator = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let page = operator.see("/customers/600700800").await;
    for told in [
        "Anna B",
        "https://t.me/anna_b",
        "href=\"/deliveries?chat=600700800\"",
        "href=\"/deliveries/erase?chat=600700800\"",
        "href=\"/customers/600700800/export.json\"",
        "href=\"https://torrow.net/case\"",
        "Only the customer can allow messages again, by pressing Start.",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("href=\"javascript:"), "{page}");
    for path in ["/customers/5", "/customers/x", "/customers/99999999999999999999"] {
        assert_eq!(operator.get(path).await.status(), 404, "{path}");
        assert_eq!(viewer.get(path).await.status(), 403, "{path} tells a viewer nothing");
    }
    let path = "/customers/600700800/stop";
    assert_eq!(viewer.post(path, &[("bot", "7001002003")]).await.status(), 403);
    for (path, bot) in [(path, "8"), (path, ""), ("/customers/5/stop", "7001002003")] {
        assert_eq!(operator.post(path, &[("bot", bot)]).await.status(), 404, "{path} {bot}");
    }
    assert!(!server.state.store.customers.has_stopped(BOT, 600_700_800).await.unwrap());
    let page = operator.follow(operator.post(path, &[("bot", "7001002003")]).await).await;
    assert!(page.contains("Messages to this customer are stopped.") && page.contains("Stopped (/stop)"), "{page}");
    assert!(page.contains("already stopped") && !page.contains("name=\"bot\""), "there is no way back here: {page}");
    assert!(server.state.store.customers.has_stopped(BOT, 600_700_800).await.unwrap());
    server.stop().await;
}

#[tokio::test]
async fn the_export_of_a_customer_is_complete_and_has_no_data_of_others() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", true, &[(Parameter::Message, "Booked for <b>you</b>")]).await;
    meet(&server, 600_700_800, "Anna \"B\"", "anna_b").await;
    meet(&server, 5, "Other", "").await;
    book(&server, 600_700_800, "Haircut", Some(now() + DAY)).await;
    for number in 0..120 {
        let chats: &[&str] = if number == 0 { &["5", "600700800"] } else { &["600700800"] };
        server.post(&format!("/h/{}", profile.key), event(&number.to_string(), chats)).await;
    }
    server.wait_for_state(DeliveryState::Delivered).await;
    let operator = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    assert_eq!(viewer.get("/customers/600700800/export.json").await.status(), 403);
    assert_eq!(operator.get("/customers/6/export.json").await.status(), 404);
    let answer = operator.get("/customers/600700800/export.json").await;
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"customer-600700800.json\"");
    let text = answer.text().await.unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["customer"]["first_name"], "Anna");
    assert_eq!(file["customer"]["last_name"], "\"B\"");
    assert_eq!(file["bots"][0]["bot"], 7_001_002_003_i64);
    assert_eq!(file["bots"][0]["stopped"], false);
    assert_eq!(file["bookings"][0]["service"], "Haircut");
    let deliveries = file["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 120);
    let first = &deliveries[0];
    assert_eq!((&first["order_number"], &first["profile"]), (&json!("0"), &json!("A")));
    let said = first["texts"][0].as_str().unwrap();
    assert!(said.starts_with("Booked for you\n"), "{said}");
    assert!(!text.contains("Other") && !text.contains(&profile.key), "{text}");
    // This customer has no bookings.
    let file: Value = operator.get("/customers/5/export.json").await.json().await.unwrap();
    assert_eq!((file["deliveries"].as_array().unwrap().len(), &file["bookings"]), (1, &json!([])));
    server.stop().await;
}

#[tokio::test]
async fn a_customers_name_is_shown_beside_their_chat_on_every_page() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    meet(&server, 600_700_800, "Anna B", "").await;
    meet(&server, 7, "\u{200b}", "").await;
    let mut events = Vec::new();
    for (number, chat) in [("1", "600700800"), ("2", "55"), ("3", "7")] {
        api.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))]);
        let (_, answer) = server.post(&format!("/h/{}", profile.key), event(number, &[chat])).await;
        events.push(answer["Id"].as_str().unwrap().to_owned());
        crate::support::eventually("its end", async || server.state.store.queue.totals().await.unwrap().open == 0)
            .await;
    }
    let operator = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let text = |page: String| {
        page.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect::<String>()
    };
    for path in [
        "/deliveries".to_owned(),
        format!("/deliveries/{}", events[0]),
        format!("/deliveries?open={}", events[0]),
        "/deliveries/unreachable".to_owned(),
    ] {
        let page = text(operator.see(&path).await);
        assert!(page.contains("Anna B · 600700800"), "{path}: {page}");
        let page = text(viewer.see(&path).await);
        assert!(page.contains("A… · …800") && !page.contains("Anna") && !page.contains("600700800"), "{path}: {page}");
    }
    assert!(operator.see("/deliveries").await.contains("href=\"/customers/600700800\""));
    let csv = operator.see("/deliveries/export.csv").await;
    let ends: Vec<_> = csv.lines().map(|line| line.rsplit(',').nth(2).unwrap()).collect();
    assert_eq!(ends, ["customer", "", "", "Anna B"]);
    let lines = operator.see("/deliveries/export.jsonl?chat=600700800").await;
    assert_eq!(serde_json::from_str::<Value>(&lines).unwrap()["customer"], "Anna B");
    // A customer who writes to the bot again is reachable.
    meet(&server, 600_700_800, "Anna B", "").await;
    assert!(!operator.see("/deliveries/unreachable").await.contains("600700800"));
    server.stop().await;
}
