//! The booking bot: a customer presses Start, books by the link, and receives the messages.

use hookgram::{
    booking::{BookingBot, Service, ServiceId, Trouble},
    delivery::{DeliveryState, FailureCause},
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    secret::BotToken,
};
use serde_json::{Value, json};
use server::store::{StoredProfile, UpdateSource, audit::COMMAND_LINE};

use crate::support::{BotApi, TOKEN, TestServer, eventually};

const BOT: i64 = BotApi::BOT;
const ANNA: (i64, &str, &str) = (600_700_800, "Анна", "ru");
const HAIRCUT: &str = "1b5f03ed96001255550ebaa2c51b7d31";
const MASSAGE: &str = "2b5f03ed96001255550ebaa2c51b7d32";

fn service(id: &str, title: &str) -> Service {
    Service { id: ServiceId::parse(id).unwrap(), title: title.to_owned(), text: None }
}

/// Switches the booking bot of [`TOKEN`] on.
async fn switch_on(server: &TestServer, source: UpdateSource, settings: BookingBot) {
    let state = &server.state;
    state.store.bots.enter(&BotToken::parse(TOKEN).unwrap(), &COMMAND_LINE).await.unwrap();
    let version = state.store.booking.get(BOT).await.unwrap().map(|record| record.version);
    state.store.booking.put(BOT, version, &settings, source, &COMMAND_LINE).await.unwrap();
    state.store.booking.set_enabled(BOT, true, &COMMAND_LINE).await.unwrap();
    state.booking.notify_one();
}

fn offering(services: &[(&str, &str)]) -> BookingBot {
    let services = services.iter().map(|(id, title)| service(id, title)).collect();
    BookingBot { services, ..BookingBot::default() }
}

async fn salon(api: &BotApi) -> TestServer {
    let server = TestServer::start(&api.url()).await;
    switch_on(&server, UpdateSource::Polling, offering(&[(HAIRCUT, "Стрижка")])).await;
    server
}

/// Creates a profile of the bot after the booking bot was switched on.
async fn profile(server: &TestServer) -> StoredProfile {
    let mut profile = Profile::default();
    profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
    profile.set(Parameter::Message, "Вы записаны").unwrap();
    let draft = EditedProfile {
        name: "Записи".to_owned(),
        enabled: None,
        channel: hookgram::channel::ChannelKind::Telegram,
        bot: Some(BOT),
        bare_ids: None,
        events: Vec::new(),
        profile,
        key: None,
    };
    let id = server.state.store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap();
    server.state.store.profiles.get(id).await.unwrap().unwrap()
}

/// Returns the value of the field that a button's link fills: `600700800-…`.
fn prefilled(message: &Value) -> String {
    let url = message["reply_markup"]["inline_keyboard"][0][0]["web_app"]["url"].as_str().unwrap();
    let (_, value) = url.split_once("prefilledFields=*TelegramId_").unwrap();
    value.split('&').next().unwrap().to_owned()
}

/// Returns an event about a booking, with this value in the field of the id.
fn booked(case: &str, id: &str, kind: i64, start: &str) -> String {
    json!({
        "EventType": kind,
        "CaseItem": {"Id": case, "StartDate": start, "OrderNumber": {"FullNumber": "№180"}},
        "Service": {"Id": HAIRCUT, "ItemInfo": {"Name": "Стрижка"}},
        "CaseParticipants": [{"ContactInformation": {"Fields": [{"Name": "*TelegramId", "Value": id}]}}],
    })
    .to_string()
}

const FUTURE: &str = "2090-05-08T08:15:00Z";

fn texts_to(api: &BotApi, chat: i64) -> Vec<String> {
    let to = chat.to_string();
    let taken = api.asked().into_iter().filter(|asked| asked.method == "sendMessage" && asked.taken);
    taken
        .filter(|asked| asked.body["chat_id"] == to.as_str())
        .filter_map(|asked| asked.body["text"].as_str().map(str::to_owned))
        .collect()
}

async fn wait_for_texts_to(api: &BotApi, chat: i64, count: usize) -> Vec<String> {
    eventually("texts to the chat", async || texts_to(api, chat).len() >= count).await;
    texts_to(api, chat)
}

#[tokio::test]
async fn a_customer_who_presses_start_and_books_gets_the_message() {
    let api = BotApi::start().await;
    api.strict_chats(BOT);
    let server = salon(&api).await;
    let profile = profile(&server).await;
    assert!(!profile.bare_ids, "a profile that is made with a booking bot insists on codes");
    api.press_start(BOT, ANNA, "");
    let greeting = wait_for_texts_to(&api, ANNA.0, 1).await.remove(0);
    assert!(greeting.contains("Анна"), "{greeting}");
    let id = prefilled(&api.messages()[0]);
    assert!(id.starts_with("600700800-") && id.len() == "600700800-".len() + 12, "{id}");
    let (status, answer) = server.post(&format!("/h/{}", profile.key), booked("c1", &id, 3001, FUTURE)).await;
    assert_eq!(status, 200, "{answer}");
    let texts = wait_for_texts_to(&api, ANNA.0, 2).await;
    assert!(texts[1].starts_with("Вы записаны"), "{texts:?}");
    api.say(BOT, ANNA, "/my");
    let texts = wait_for_texts_to(&api, ANNA.0, 3).await;
    assert!(texts[2].contains("Стрижка №180") && texts[2].contains("2090"), "{texts:?}");
    // The commands are set in both languages, and the chat's menu button opens the booking page.
    assert!(api.commands(BOT, "ru").iter().any(|(name, _)| name == "services"));
    assert!(!api.commands(BOT, "").is_empty());
    eventually("the menu button", async || api.menu_button(BOT, Some(ANNA.0))["type"] == "web_app").await;
    assert_eq!(api.most_polls(BOT), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_code_sends_nothing_and_the_log_says_why() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    let profile = profile(&server).await;
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    let id = prefilled(&api.messages()[0]);
    let forged = id.replace("600700800", "600700801");
    let path = format!("/h/{}", profile.key);
    for (value, about) in [(forged.as_str(), "wrong"), ("600700800", "bare")] {
        let (status, answer) = server.post(&path, booked("c1", value, 3001, FUTURE)).await;
        assert_eq!(status, 422, "{about}: {answer}");
        assert!(answer["ErrorMessage"].as_str().unwrap().contains("code"), "{about}: {answer}");
    }
    // The participant with a wrong code is skipped; the other one gets the message.
    let mut event: Value = serde_json::from_str(&booked("c1", &id, 3001, FUTURE)).unwrap();
    let other = json!({"ContactInformation": {"Fields": [{"Name": "*TelegramId", "Value": forged}]}});
    event["CaseParticipants"].as_array_mut().unwrap().push(other);
    assert_eq!(server.post(&path, event.to_string()).await.0, 200);
    wait_for_texts_to(&api, ANNA.0, 2).await;
    let skipped = server.state.store.queue.deliveries(9).await.unwrap();
    let skipped = skipped.iter().find(|one| one.state == DeliveryState::Skipped).unwrap();
    assert!(skipped.last_error.as_ref().unwrap().contains("wrong code"), "{skipped:?}");
    assert!(texts_to(&api, 600_700_801).is_empty());
    // The stateless endpoint accepts bare ids and checks the codes of the bot's own token.
    let stateless = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=Hi");
    for (value, status) in [("600700800", 200), (id.as_str(), 200), (forged.as_str(), 422)] {
        assert_eq!(server.post(&stateless, booked(value, value, 3001, FUTURE)).await.0, status, "{value}");
    }
    server.stop().await;
}

#[tokio::test]
async fn no_messages_are_sent_between_stop_and_start() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    let profile = profile(&server).await;
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    let id = prefilled(&api.messages()[0]);
    api.say(BOT, ANNA, "/stop");
    let texts = wait_for_texts_to(&api, ANNA.0, 2).await;
    assert!(texts[1].contains("/start"), "{texts:?}");
    let path = format!("/h/{}", profile.key);
    assert_eq!(server.post(&path, booked("c1", &id, 3001, FUTURE)).await.0, 200);
    server.wait_for_state(DeliveryState::Skipped).await;
    let row = server.state.store.log.page(&server::store::LogFilter { limit: 1, ..Default::default() }).await.unwrap();
    assert_eq!(row.rows[0].cause, Some(FailureCause::Stopped));
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 3).await;
    assert_eq!(server.post(&path, booked("c1", &id, 3042, FUTURE)).await.0, 200);
    let texts = wait_for_texts_to(&api, ANNA.0, 4).await;
    assert!(texts[3].starts_with("Вы записаны"), "{texts:?}");
    server.stop().await;
}

#[tokio::test]
async fn messages_that_failed_before_start_are_delivered_after_it() {
    let api = BotApi::start().await;
    api.strict_chats(BOT);
    let server = TestServer::start(&api.url()).await;
    // The profile existed before the booking bot, so it accepts ids without codes.
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    switch_on(&server, UpdateSource::Polling, offering(&[(HAIRCUT, "Стрижка")])).await;
    let path = format!("/h/{}", profile.key);
    let anna = ANNA.0.to_string();
    for (case, kind, start) in [
        ("newest", 3001, FUTURE),
        ("newest", 3042, FUTURE),
        ("cancelled", 3001, FUTURE),
        ("begun", 3001, "2024-05-08T08:15:00Z"),
    ] {
        assert_eq!(server.post(&path, booked(case, &anna, kind, start)).await.0, 200);
    }
    assert_eq!(server.post(&path, booked("cancelled", &anna, 3036, FUTURE)).await.0, 200);
    let failed = async || {
        let all = server.state.store.queue.deliveries(9).await.unwrap();
        all.iter().filter(|one| one.state == DeliveryState::Failed).count()
    };
    eventually("five failures", async || failed().await == 5).await;
    api.press_start(BOT, ANNA, "");
    let texts = wait_for_texts_to(&api, ANNA.0, 2).await;
    let delivered = async || {
        let all = server.state.store.queue.deliveries(9).await.unwrap();
        let delivered = all.iter().filter(|one| one.state == DeliveryState::Delivered);
        delivered.map(|one| one.id).collect::<Vec<_>>()
    };
    eventually("the newest about the one booking that is still to come", async || delivered().await == [2]).await;
    assert_eq!(failed().await, 4);
    assert_eq!(texts.iter().filter(|text| text.starts_with("Hi")).count(), 1, "{texts:?}");
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 3).await;
    assert_eq!(failed().await, 4, "nothing is sent twice");
    server.stop().await;
}

#[tokio::test]
async fn a_group_gets_one_answer_and_other_texts_get_one_a_minute() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let mut settings = offering(&[(HAIRCUT, "Стрижка"), (MASSAGE, "Массаж")]);
    settings.staff_chat = hookgram::values::ChatId::parse("-100500");
    switch_on(&server, UpdateSource::Polling, settings).await;
    for _ in 0..2 {
        api.say_in_group(BOT, -77, ANNA, "/start@salon_bot");
        api.say(BOT, ANNA, "Здравствуйте, а вы работаете в воскресенье?");
    }
    api.say(BOT, ANNA, "/help");
    eventually("the forwarded messages", async || api.taken_of("forwardMessage") == 2).await;
    eventually("everything is read", async || api.unread_of(BOT) == 0).await;
    let to_group = texts_to(&api, -77);
    assert_eq!(to_group.len(), 1, "{to_group:?}");
    assert!(!to_group[0].contains("embed."), "no booking link in a group");
    // With two services, the menu button opens the commands.
    api.press_start(BOT, ANNA, MASSAGE);
    eventually("the card of one service", async || texts_to(&api, ANNA.0).iter().any(|text| text.contains("Массаж")))
        .await;
    let card = api.messages().pop().unwrap();
    assert_eq!(card["reply_markup"]["inline_keyboard"].as_array().unwrap().len(), 1);
    let kind = texts_to(&api, ANNA.0).into_iter().filter(|text| text.contains("передали")).count();
    assert!(kind <= 1, "{:?}", texts_to(&api, ANNA.0));
    server.stop().await;
}

#[tokio::test]
async fn a_customer_who_blocks_the_bot_is_stored_as_unreachable() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    let blocked = async || -> Option<i64> {
        let pool = sqlx::SqlitePool::connect(&server.database_url()).await.unwrap();
        let at = sqlx::query_scalar("SELECT blocked_at FROM subscriptions").fetch_optional(&pool).await.unwrap();
        pool.close().await;
        at.flatten()
    };
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    assert_eq!(blocked().await, None);
    api.block(BOT, ANNA);
    eventually("the bot is blocked", async || blocked().await.is_some()).await;
    api.unblock(BOT, ANNA);
    eventually("the bot is unblocked", async || blocked().await.is_none()).await;
    server.stop().await;
}

#[tokio::test]
async fn updates_are_handled_after_a_restart_and_with_lower_ids() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    eventually("the batch is confirmed", async || api.unread_of(BOT) == 0).await;
    // After a week without updates, Telegram may restart ids at a lower number.
    api.restart_ids(BOT, 3);
    api.say(BOT, ANNA, "/services");
    wait_for_texts_to(&api, ANNA.0, 2).await;
    eventually("the batch is confirmed", async || api.unread_of(BOT) == 0).await;
    let folder = server.stop_and_keep().await;
    let url = format!("sqlite://{}", folder.path().join("hookgram.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query("UPDATE booking_bots SET handled_at = handled_at - 604800000").execute(&pool).await.unwrap();
    pool.close().await;
    api.restart_ids(BOT, 1);
    api.say(BOT, ANNA, "/help");
    let again = TestServer::start_with(&api.url(), |config| config.data_dir = folder.path().to_owned()).await;
    wait_for_texts_to(&api, ANNA.0, 3).await;
    eventually("nothing is left", async || api.unread_of(BOT) == 0).await;
    assert_eq!(texts_to(&api, ANNA.0).len(), 3, "nothing is answered twice");
    again.stop().await;
}

#[tokio::test]
async fn a_foreign_webhook_or_reader_of_the_updates_is_reported() {
    let api = BotApi::start().await;
    api.set_webhook("https://other.example/hook/secret");
    let server = salon(&api).await;
    let trouble = async || {
        let record = server.state.store.booking.get(BOT).await.unwrap().unwrap();
        (record.trouble.map(|(trouble, _)| trouble), record.trouble_host)
    };
    let other = (Some(Trouble::OtherWebhook), Some("other.example".to_owned()));
    eventually("the webhook is named", async || trouble().await == other).await;
    server.stop().await;

    let api = BotApi::start().await;
    api.foreign_poller(BOT, true);
    let server = salon(&api).await;
    eventually("the other reader is named", async || {
        let record = server.state.store.booking.get(BOT).await.unwrap().unwrap();
        record.trouble.map(|(trouble, _)| trouble) == Some(Trouble::OtherReader)
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_refused_token_stops_polling_and_a_new_token_resumes_it() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    let renewed = "7001002003:BBHk2Lm9-pQ_rStUvWxYz0123456789abcd";
    api.know([renewed]);
    api.say(BOT, ANNA, "/help");
    let state = async || server.state.store.bots.get(BOT).await.unwrap().unwrap().bot.state;
    eventually("the refusal is known", async || state().await == hookgram::bot::BotState::Refused).await;
    server.state.store.bots.enter(&BotToken::parse(renewed).unwrap(), &COMMAND_LINE).await.unwrap();
    server.state.booking.notify_one();
    wait_for_texts_to(&api, ANNA.0, 2).await;
    server.stop().await;
}

#[tokio::test]
async fn updates_by_webhook_are_accepted_only_with_the_secret() {
    let api = BotApi::start().await;
    api.allow_http_webhooks();
    let server = TestServer::start(&api.url()).await;
    switch_on(&server, UpdateSource::Webhook, offering(&[(HAIRCUT, "Стрижка")])).await;
    eventually("the webhook is set", async || !api.webhook_of(BOT).is_empty()).await;
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    assert_eq!(api.polls(BOT), 0);
    let update = json!({"update_id": 9, "message": {"message_id": 1, "date": 1, "text": "/start",
        "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": false, "first_name": "Eve"}}});
    let url = api.webhook_of(BOT);
    for request in [
        server.http.post(&url).json(&update),
        server.http.post(&url).header("X-Telegram-Bot-Api-Secret-Token", "guess").json(&update),
        server.http.post(format!("{url}x")).json(&update),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 404);
    }
    assert!(texts_to(&api, 5).is_empty());
    // Switching the booking bot off removes the webhook.
    server.state.store.booking.set_enabled(BOT, false, &COMMAND_LINE).await.unwrap();
    server.state.booking.notify_one();
    eventually("the webhook is gone", async || api.webhook_of(BOT).is_empty()).await;
    assert!(api.commands(BOT, "ru").is_empty());
    server.stop().await;
}

#[tokio::test]
async fn many_customers_are_answered_within_the_limits_and_deliveries_have_priority() {
    let api = BotApi::start().await;
    api.limit();
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("A", false, &[(Parameter::Message, "Hi")]).await;
    switch_on(&server, UpdateSource::Polling, offering(&[(HAIRCUT, "Стрижка")])).await;
    for person in 1..=150_i64 {
        api.press_start(BOT, (person, "Guest", "en"), "");
    }
    eventually("the first answers", async || api.texts().len() >= 10).await;
    let path = format!("/h/{}", profile.key);
    assert_eq!(server.post(&path, booked("c1", "9000", 3001, FUTURE)).await.0, 200);
    wait_for_texts_to(&api, 9000, 1).await;
    assert!(api.texts().len() < 150, "the event did not wait for the crowd");
    eventually("everybody is answered", async || (1..=150).all(|person| !texts_to(&api, person).is_empty())).await;
    assert_eq!(api.overstepped(), 0);
    assert_eq!(api.most_polls(BOT), 1);
    server.stop().await;
}

#[tokio::test]
async fn an_exported_bot_is_imported_with_its_booking_bot_and_its_links() {
    let api = BotApi::start().await;
    let server = salon(&api).await;
    let made = profile(&server).await;
    let store = &server.state.store;
    let (bots, profiles) = (store.bots.exported(None).await.unwrap(), store.profiles.all().await.unwrap());
    let plain = server::profile_file::export(&bots, &profiles, false).unwrap();
    assert!(plain.contains(HAIRCUT) && plain.contains("bareIds: false"), "{plain}");
    let links = store.booking.link_key(BOT, None).await.unwrap().unwrap();
    for secret in [TOKEN, made.key.as_str(), secrecy::ExposeSecret::expose_secret(links.secret())] {
        assert!(!plain.contains(secret), "a secret in a plain export");
    }
    let whole = server::profile_file::export(&bots, &profiles, true).unwrap();

    let other = TestServer::start(&api.url()).await;
    let refused = server::profile_file::import(&other.state.store, &plain).await.unwrap_err();
    let server::profile_file::ImportError::Faults(faults) = refused else { panic!("{refused}") };
    assert_eq!(faults[0].path, "bots[0].token");
    server::profile_file::import(&other.state.store, &whole).await.unwrap();
    let record = other.state.store.booking.get(BOT).await.unwrap().unwrap();
    assert!(record.enabled && record.settings.services[0].title == "Стрижка");
    let coded = links.coded(5).unwrap();
    assert!(record.links.unwrap().is_right(&coded), "links that customers have still work");
    let moved = other.state.store.profiles.by_name("Записи").await.unwrap().unwrap();
    assert_eq!((moved.bot, moved.bare_ids), (Some(BOT), false));
    // A file without secrets is enough for an import on the same server.
    server::profile_file::import(store, &plain).await.unwrap();
    server.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_flood_from_one_person_or_an_unreachable_telegram_does_not_delay_other_customers() {
    const EVE: (i64, &str, &str) = (600_700_900, "Eve", "en");
    let api = BotApi::start().await;
    let server = salon(&api).await;
    let profile = profile(&server).await;
    for _ in 0..500 {
        api.say(BOT, EVE, "hello?");
    }
    api.press_start(BOT, ANNA, "");
    wait_for_texts_to(&api, ANNA.0, 1).await;
    eventually("all updates are read", async || api.unread_of(BOT) == 0).await;
    assert_eq!(texts_to(&api, EVE.0).len(), 1, "once a minute");
    let anna = &api.messages().into_iter().find(|sent| sent["chat_id"] == "600700800").unwrap();
    let id = prefilled(anna);
    api.down().await;
    let path = format!("/h/{}", profile.key);
    assert_eq!(server.post(&path, booked("c1", &id, 3001, FUTURE)).await.0, 200);
    api.up().await;
    api.say(BOT, ANNA, "/help");
    let texts = wait_for_texts_to(&api, ANNA.0, 3).await;
    assert!(texts.iter().any(|text| text.starts_with("Вы записаны")), "{texts:?}");
    server.stop().await;
}
