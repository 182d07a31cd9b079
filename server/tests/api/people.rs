//! Unreachable people, erasing a person, and the health of the server: the pages, as a browser without scripts shows
//! them.

use std::sync::Arc;

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};
use serde_json::{Value, json};
use server::time::now;
use sqlx::Connection as _;
use tokio::sync::Notify;

use crate::{
    customers::{BOT, book, contact, meet},
    person::Person,
    support::{BotApi, Play, TestServer, event, eventually},
};

fn blocked() -> Play {
    Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))
}

async fn settled(server: &TestServer) {
    eventually("all to come to its end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
}

#[tokio::test]
async fn an_unreachable_chat_is_listed_until_a_message_arrives() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    let path = format!("/h/{}", profile.key);
    let person = Person::new(&server, Role::Operator).await;
    assert!(person.see("/deliveries/unreachable").await.contains("Everyone can be reached"));
    for number in ["1", "2"] {
        api.next([blocked()]);
        server.post(&path, event(number, &["482113907"])).await;
        settled(&server).await;
    }
    let page = person.see("/deliveries/unreachable").await;
    assert!(page.contains("482113907") && page.contains("the customer has blocked the bot"), "{page}");
    assert_eq!(page.matches("href=\"/deliveries?chat=482113907\"").count(), 1, "once, however often it failed");
    assert!(page.contains(">7001002003<") && !page.contains(">@<"), "a bot without a known name has its id: {page}");
    server.post(&path, event("3", &["482113907"])).await;
    settled(&server).await;
    assert!(!person.see("/deliveries/unreachable").await.contains("482113907"));
    server.stop().await;
}

/// Returns an event whose participants have a name, a phone and a chat.
fn booking(number: &str, people: &[(&str, &str, &str)]) -> String {
    let mut event: Value = serde_json::from_str(&event(number, &vec![""; people.len()])).unwrap();
    for (participant, (name, phone, chat)) in event["CaseParticipants"].as_array_mut().unwrap().iter_mut().zip(people) {
        participant["ContactInformation"]["Fields"] = json!([
            { "ParticipationFieldType": 1, "Name": "ФИО", "Value": name },
            { "ParticipationFieldType": 7, "Name": "Телефон", "Value": phone },
            { "ParticipationFieldType": 101, "Name": "*TelegramId", "Value": chat },
        ]);
    }
    event.to_string()
}

/// Returns the text of a page, without its tags.
fn text(page: &str) -> String {
    page.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect()
}

async fn filled_in(server: &TestServer, people: usize) {
    let filter = || server::store::LogFilter { limit: 100, ..Default::default() };
    eventually("the people to be filled in", async || {
        let rows = server.state.store.log.page(&filter()).await.unwrap().rows;
        rows.iter().filter(|row| row.person.is_some()).count() >= people
    })
    .await;
}

#[tokio::test]
async fn people_are_shown_and_searchable_only_for_those_who_may_see_them() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    let path = format!("/h/{}", profile.key);
    api.next([blocked()]);
    let (_, anna) = server.post(&path, booking("1", &[("Королёва Анна <b>", "+7 (911) 000-12-34", "482113907")])).await;
    settled(&server).await;
    let (status, nobody) = server.post(&path, booking("2", &[("Пётр Ильич", "8 912 555-44-33", "")])).await;
    assert_eq!(status, 422);
    let nobody = nobody["Id"].as_str().map(str::to_owned);
    let (_, stateless) =
        server.post(&stateless_path(), booking("3", &[("Stateless Customer", "+1 202 555 0100", "55")])).await;
    assert!(stateless["Id"].is_string() && nobody.is_none(), "{stateless}");
    filled_in(&server, 3).await;
    let operator = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let id = anna["Id"].as_str().unwrap();
    for page in ["/deliveries".to_owned(), format!("/deliveries/{id}"), "/deliveries/unreachable".to_owned()] {
        let seen = operator.see(&page).await;
        let shown = text(&seen);
        assert!(shown.contains("Королёва Анна &lt;b&gt; · +7 (911) 000-12-34 · 482113907"), "{page}: {shown}");
        assert!(seen.contains("href=\"tel:+79110001234\""), "{page}");
        let hidden = viewer.see(&page).await;
        assert!(text(&hidden).contains("К… · …907"), "{page}: {}", text(&hidden));
        for secret in ["Анна", "911", "000-12", "482113907"] {
            assert!(!hidden.contains(secret), "{page}: {secret}");
        }
    }
    let search = async |page: &str, what: &str| {
        text(&operator.see(&format!("{page}?q={}", hookgram::query::encode(what))).await)
    };
    for what in ["королева", "КОРОЛЁВА А", "8 911 000 12 34", "9110001234", "1234"] {
        let found = search("/deliveries", what).await;
        assert!(found.contains("Королёва") && !found.contains("Пётр"), "{what}: {found}");
        let found = search("/deliveries/unreachable", what).await;
        assert!(found.contains("Королёва"), "{what}: {found}");
    }
    assert!(
        search("/deliveries", "ильич").await.contains("Пётр Ильич · 8 912 555-44-33"),
        "an event without a message"
    );
    assert!(search("/deliveries", "stateless cust").await.contains("+1 202 555 0100"));
    assert!(!search("/deliveries/unreachable", "ильич").await.contains("Пётр"));
    for page in ["/deliveries", "/deliveries/unreachable"] {
        for what in ["%D0%90%D0%BD%D0%BD%D0%B0", "nobody"] {
            assert_eq!(viewer.get(&format!("{page}?q={what}")).await.status(), 403, "{page} tells a viewer nothing");
        }
        assert!(!viewer.see(page).await.contains("name=\"q\""), "{page}");
    }
    let csv = operator.see("/deliveries/export.csv?q=1234").await;
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(",customer,name,phone"), "{csv}");
    assert!(lines.len() == 2 && lines[1].ends_with(",Королёва Анна <b>,'+7 (911) 000-12-34"), "{csv}");
    let json = operator.see("/deliveries/export.jsonl?q=1234").await;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["phone"], "+7 (911) 000-12-34");
    server.stop().await;
}

/// Returns the path of the stateless endpoint, with a bot that no profile has.
fn stateless_path() -> String {
    "/webhook/telegram?telegramToken=7009009009:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd&telegramFieldName=*TelegramId&message=Hi"
        .to_owned()
}

#[tokio::test]
async fn a_person_is_erased_and_others_are_not() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Secret appointment")]).await;
    let path = format!("/h/{}", profile.key);
    let (nora, other_one) = ("Elenora Winogradowa", "Someone Else");
    let alone = booking("E-1", &[(nora, "+7 911 765-43-21", "600700800")]);
    server.post(&path, alone.clone()).await;
    let (status, alone) = server.post(&path, alone).await;
    assert_eq!(status, 200);
    let both = [(nora, "8 911 765 43 21", "600700800"), (other_one, "+7 912 000-99-88", "55")];
    let (_, shared) = server.post(&path, booking("E-2", &both)).await;
    let (_, other) = server.post(&path, booking("E-3", &[(other_one, "+7 912 000-99-88", "1600700800")])).await;
    // This event names the chat, but in another field, so it is refused.
    let refused = booking("E-4", &[(nora, "9117654321", "600700800")]).replace("*TelegramId", "*Other");
    assert_eq!(server.post(&path, refused).await.0, 422);
    settled(&server).await;
    let answer = Arc::new(Notify::new());
    api.next([Play::Late(answer.clone())]);
    server.post(&path, event("E-5", &["600700800"])).await;
    server.wait_for_state(DeliveryState::Sending).await;
    // The duplicate of the first event has its person as well.
    filled_in(&server, 6).await;
    let store = &server.state.store;
    for (id, name) in [(600_700_800, "Eleonora Vinogradova"), (1_600_700_800, "Other")] {
        meet(&server, id, name, &format!("{}_vino", name.to_lowercase().replace(' ', "_"))).await;
        book(&server, id, &format!("case of {name}"), Some(now() + 86_400_000)).await;
    }
    store
        .customers
        .set_blocked(BOT, &contact(600_700_800, "Eleonora Vinogradova", "eleonora_vino"), true, now())
        .await
        .unwrap();
    store.customers.stop(BOT, 600_700_800, now()).await.unwrap();
    let person = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    assert_eq!(viewer.get("/deliveries/erase").await.status(), 403);
    let odd = person.get("/deliveries/erase?chat=x%27y").await;
    assert_eq!(odd.status(), 422);
    assert!(odd.text().await.unwrap().contains("This is not a Telegram id"));
    let question = person.see("/deliveries/erase?chat=600700800").await;
    assert!(question.contains("Erase everything about chat Eleonora Vinogradova · 600700800?"), "{question}");
    assert!(
        !server.state.store.log.logged_event(alone["Id"].as_str().unwrap()).await.unwrap().is_empty(),
        "only a question"
    );
    let done = person.post("/deliveries/erase", &[("chat", "600700800")]).await;
    let page = person.follow(done).await;
    answer.notify_one();
    assert!(page.contains("800") && !page.contains("600700800"), "{page}");
    for (id, kept) in [(&alone, false), (&shared, true), (&other, true)] {
        let id = id["Id"].as_str().unwrap();
        assert_eq!(!server.state.store.log.logged_event(id).await.unwrap().is_empty(), kept, "{id}");
    }
    let rows =
        server.state.store.log.page(&server::store::LogFilter { limit: 100, ..Default::default() }).await.unwrap().rows;
    let chats: Vec<&str> = rows.iter().filter_map(|row| row.chat.as_deref()).collect();
    assert_eq!(chats, ["1600700800", "55"]);
    assert_eq!(server.state.store.events.payload(rows[1].event).await.unwrap(), None, "the body named both");
    let gone = async |id| store.customers.get(id).await.unwrap().is_none();
    assert!(gone(600_700_800).await && !gone(1_600_700_800).await);
    assert!(store.customers.subscriptions(&[600_700_800]).await.unwrap().is_empty());
    assert!(store.customers.all_bookings(600_700_800).await.unwrap().is_empty());
    assert_eq!(store.customers.all_bookings(1_600_700_800).await.unwrap().len(), 1);
    assert!(store.customers.has_stopped(BOT, 600_700_800).await.unwrap(), "a /stop stays, as a hash");
    // The person must be erased from the database file as well.
    let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let folder = server.stop_and_keep().await;
    let file = std::fs::read(folder.path().join("hookgram.db")).unwrap();
    let found = file.windows(9).enumerate().filter(|(at, here)| *here == b"600700800" && file[at - 1] != b'1').count();
    assert_eq!(found, 0);
    let has = |bytes: &[u8]| file.windows(bytes.len()).any(|here| here == bytes);
    for text in
        ["Eleonora", "Vinogradova", "vinogradova", "eleonora_", "Elenora", "winogradowa", "765-43-21", "#1234567119"]
    {
        assert!(!has(text.as_bytes()), "{text}");
    }
    assert!(!has(&600_700_800_i32.to_be_bytes()), "a number is stored like this");
    assert!(has(b"Someone Else") && has(b"+7 912 000-99-88") && has(b"#8899000219") && has(b"someone"), "others stay");
    assert!(has(b"case of Other") && has(&1_600_700_800_i32.to_be_bytes()), "what is looked for would be found");
}

#[tokio::test]
async fn problems_are_shown_on_the_health_page_and_marked_on_every_page() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile =
        server.profile("A", false, &[(Parameter::Message, "Hi"), (Parameter::ErrorEmail, "a@b.example")]).await;
    let person = Person::new(&server, Role::Viewer).await;
    let page = person.see("/health").await;
    assert!(
        page.contains("There is no server to send error emails") && !page.contains("class=\"notice bad\""),
        "{page}"
    );
    assert!(!person.see("/").await.contains("needs-you"));
    api.next([Play::Refuse(401, "Unauthorized", json!({}))]);
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Suspended).await;
    let page = person.see("/health").await;
    assert!(
        page.contains("Telegram rejects a bot's token".replace('\'', "&#x27;").as_str())
            || page.contains("Telegram rejects a bot's token"),
        "{page}"
    );
    assert!(page.contains("href=\"/bots/7001002003\""), "{page}");
    let bot = person.see("/bots/7001002003").await;
    assert!(bot.contains(&format!("/profiles/{}", profile.id)) && bot.contains("Unauthorized"), "{bot}");
    for path in ["/", "/bots", "/health", "/bots/7001002003"] {
        assert!(person.see(path).await.contains("Telegram rejects the token"), "one truth: {path}");
    }
    for path in ["/", "/deliveries", "/health", "/sandbox"] {
        assert!(person.see(path).await.contains("needs-you"), "{path}");
    }
    server.stop().await;
}
