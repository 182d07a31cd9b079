//! Sharing a profile's address, and showing the newest event as it arrives.

use std::{process::Command, time::Duration};

use app::{
    error::AppError,
    session::Viewer,
    views::{LastEventView, Obstacle, Shared},
};
use hookgram::{
    booking::BookingBot,
    channel::ChannelKind,
    delivery::{DeliveryState, Outcome},
    event::EventType,
    parameters::Parameter,
    profile::EditedProfile,
    query,
    role::{Account, Role},
    setting::Setting,
};
use serde_json::{Value, json};
use server::{
    config::PublicUrl,
    pages::profiles,
    store::{UpdateSource, audit::COMMAND_LINE},
};

use crate::{
    pages::{local_client, page_request},
    person::{Person, between},
    support::{BotApi, Play, TOKEN, TestServer, event},
};

fn viewer() -> Viewer {
    Viewer::of(Account { id: 1, email: "a@b.c".into(), role: Role::Operator }).unwrap()
}

async fn shared(server: &TestServer, id: i64) -> Shared {
    profiles::shared(&page_request(server), &viewer(), id, None).await.unwrap()
}

async fn last_event(server: &TestServer, id: i64) -> Option<LastEventView> {
    profiles::last_event(&page_request(server), id).await.unwrap()
}

/// Runs a line as if it were pasted into a terminal. Returns its output.
async fn pasted(line: String) -> Value {
    let run = move || Command::new("sh").args(["-c", &line]).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_curl_command_works_when_pasted_into_a_terminal() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let awkward = "*Id клиента's \"$HOME\" `date` \\ !x";
    let stored = server.profile("A", true, &[(Parameter::TelegramFieldName, awkward)]).await;
    let line = shared(&server, stored.id).await.address.unwrap().curl;
    assert!(line.len() < 500, "{line}");
    assert_eq!(pasted(line).await["Message"], "The event has been accepted");
    server.wait_for_state(DeliveryState::Delivered).await;

    // For a profile with a single event type, the command posts an event of that type.
    let draft = EditedProfile {
        name: "B".into(),
        enabled: Some(true),
        channel: ChannelKind::Sandbox,
        bare_ids: None,
        bot: None,
        events: vec![EventType(3036)],
        profile: stored.profile.clone(),
        key: None,
    };
    let picky = server.state.store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap();
    assert_eq!(pasted(shared(&server, picky).await.address.unwrap().curl).await["Status"], "Success");
    server.wait_for_state(DeliveryState::Delivered).await;
    let last = last_event(&server, picky).await.unwrap();
    assert_ne!(last.outcome, Outcome::Skipped);
    server.stop().await;
}

#[tokio::test]
async fn the_stateless_url_of_a_profile_produces_the_profiles_message() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let parameters = [
        (Parameter::Message, "Вы записаны & ждём: 2+2 <b>ровно</b>\nв 10:00"),
        (Parameter::ErrorEmail, "ops@example.com"),
        (Parameter::HideUrl, "true"),
        (Parameter::Timezone, "Asia/Omsk"),
    ];
    let stored = server.profile("A", false, &parameters).await;
    let url = shared(&server, stored.id).await.stateless.unwrap();
    assert!(!url.contains(&TOKEN[11..]) && url.contains("telegramToken=TELEGRAM_TOKEN&"), "{url}");
    let url = url.replace("TELEGRAM_TOKEN", TOKEN);
    let (_, said) = url.split_once('?').unwrap();
    let reading = query::read(said.as_bytes());
    assert_eq!((reading.faults, &reading.profile), (Vec::new(), &stored.profile));

    let check: Value = server.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(check["Status"], "Success");
    let body = event("№1", &["5"]);
    for address in [url, server.state.short_url(&stored.key)] {
        let answer = server.http.post(&address).body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    api.wait_for_texts(2).await;
    assert_eq!(api.texts()[0], api.texts()[1]);
    server.stop().await;

    let shut =
        TestServer::start_with(&api.url(), |config| config.fixed.fix(Setting::Stateless, "false").unwrap()).await;
    let stored = shut.profile("A", false, &[]).await;
    assert_eq!(shared(&shut, stored.id).await.stateless, None);
    assert_eq!(profiles::shared(&page_request(&shut), &viewer(), 99, None).await, Err(AppError::NotFound));
    shut.stop().await;
}

#[tokio::test]
async fn obstacles_to_reaching_the_address_are_reported() {
    for (public, obstacle) in [
        (None, Some(Obstacle::OnlyHere)),
        (Some("http://hooks.example.com"), Some(Obstacle::NotEncrypted)),
        (Some("https://hooks.example.com"), None),
    ] {
        let public = public.and_then(PublicUrl::parse);
        let server = TestServer::start_with("http://127.0.0.1:9", |config| config.public_url = public).await;
        let stored = server.profile("A", true, &[]).await;
        assert_eq!(shared(&server, stored.id).await.obstacles, obstacle.into_iter().collect::<Vec<_>>());
        server.state.store.profiles.set_enabled(stored.id, false, &COMMAND_LINE).await.unwrap();
        assert_eq!(shared(&server, stored.id).await.obstacles[0], Obstacle::Disabled);
        server.stop().await;
    }
    let api = BotApi::start().await;
    api.know([]);
    let public = PublicUrl::parse("https://hooks.example.com");
    let server = TestServer::start_with(&api.url(), |config| config.public_url = public).await;
    let stored = server.profile("A", false, &[]).await;
    assert_eq!(shared(&server, stored.id).await.obstacles, []);
    server.post(&format!("/h/{}", stored.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Suspended).await;
    assert_eq!(shared(&server, stored.id).await.obstacles, [Obstacle::TokenRefused]);
    let last = last_event(&server, stored.id).await.unwrap();
    assert_eq!(last.outcome, Outcome::Suspended);
    assert!(last.why.starts_with("Telegram rejects the bot's token. Get a valid token"), "{}", last.why);
    server.stop().await;
}

#[tokio::test]
async fn the_newest_event_is_shown_with_its_outcome_and_what_to_do() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let stored = server.profile("A", false, &[]).await;
    let last = async || last_event(&server, stored.id).await;
    assert_eq!(last().await, None);
    let endpoint = format!("/h/{}", stored.key);
    server.post(&endpoint, event("№1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let good = last().await.unwrap();
    assert_eq!((good.outcome, good.about.as_str(), good.why.as_str()), (Outcome::Delivered, "Booking action · №1", ""));

    api.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", Value::Null)]);
    server.post(&endpoint, event("№2", &["6"])).await;
    server.wait_for_state(DeliveryState::Failed).await;
    let failed = last().await.unwrap();
    assert_eq!(failed.outcome, Outcome::Failed);
    assert!(failed.why.starts_with("The customer has blocked the bot. Contact"), "{}", failed.why);

    api.next([Play::Refuse(400, "Bad Request: something new", json!({}))]);
    server.post(&endpoint, event("№3", &["7"])).await;
    server.wait_for_state(DeliveryState::Failed).await;
    assert!(last().await.unwrap().why.contains("(“Bad Request: something new”)"));

    server.post(&endpoint, "{").await;
    let refused = last().await.unwrap();
    assert_eq!((refused.outcome, refused.about.as_str()), (Outcome::Rejected, ""));
    assert!(refused.why.contains("line 1, column") && refused.why.contains("replay the event"), "{}", refused.why);
    server.stop().await;
}

#[tokio::test]
async fn a_page_is_notified_of_changes_made_before_it_subscribed() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("A", true, &[]).await;
    let person = Person::new(&server, Role::Viewer).await;
    let paths = ["/", "/deliveries", "/sandbox", &format!("/profiles/{}/share", profile.id)];
    let address = async |path: &str| {
        let page = person.see(path).await;
        between(&page, "data-listen=\"", "\"").to_owned()
    };
    let mut addresses = Vec::new();
    for path in paths {
        addresses.push(address(path).await);
    }
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    for address in addresses {
        let mut stream = person.get(&address).await;
        let told = tokio::time::timeout(Duration::from_secs(15), stream.chunk()).await.unwrap().unwrap().unwrap();
        assert_eq!(told, "event: message\ndata: 0\n\n", "{address}");
    }
    // A page that is up to date is notified of later changes only.
    let mut stream = person.get(&address("/deliveries").await).await;
    server.post(&format!("/h/{}", profile.key), "{").await;
    let told = tokio::time::timeout(Duration::from_secs(15), stream.chunk()).await.unwrap().unwrap().unwrap();
    assert_eq!(told, format!("event: message\ndata: {}\n\n", profile.id));
}

#[tokio::test]
async fn a_live_stream_has_only_its_own_profile_and_ends_with_the_server() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let (mine, other) = (server.profile("A", false, &[]).await, server.profile("B", false, &[]).await);
    let account = server.state.store.accounts.add_user("a@b.c", Role::Viewer, None, &COMMAND_LINE).await.unwrap();
    let user = server.state.store.accounts.user(account.id).await.unwrap().unwrap();
    let cookie = server::auth::session::open(&server.state, &user, &local_client(), None).await.unwrap().0;
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let path = format!("/live/profiles/{}", mine.id);
    assert_eq!(server.http.get(server.url(&path)).send().await.unwrap().status(), 401);
    let mut stream = server.http.get(server.url(&path)).header("cookie", cookie).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    server.post(&format!("/h/{}", other.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    server.post(&format!("/h/{}", mine.key), "{").await;
    server.post(&format!("/h/{}", mine.key), event("2", &["6"])).await;
    // The three notifications are for a refused event, an accepted one, and a delivery.
    let news = format!("event: message\ndata: {}\n\n", mine.id).repeat(3);
    let mut told = String::new();
    let mut next = async || tokio::time::timeout(Duration::from_secs(15), stream.chunk()).await.unwrap().unwrap();
    while told.len() < news.len() {
        told.push_str(std::str::from_utf8(&next().await.unwrap()).unwrap());
    }
    assert_eq!(told, news);
    let ended = tokio::spawn(server.stop());
    assert_eq!(next().await, None);
    ended.await.unwrap();
}

#[tokio::test]
async fn a_sample_is_sent_through_the_endpoint_to_the_operators_chat() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let awkward = [(Parameter::TelegramFieldName, "*Id клиента"), (Parameter::Message, "Вы записаны")];
    let stored = server.profile("A", false, &awkward).await;
    let operator = Person::new(&server, Role::Operator).await;
    let share = format!("/profiles/{}/share", stored.id);
    let send = format!("/profiles/{}/sample", stored.id);
    let page = operator.see(&share).await;
    assert!(page.contains("Find my chat") && page.contains("name=\"chat\" value=\"\""), "{page}");

    for wrong in ["", "+79161234567", "me"] {
        let refused = operator.post(&send, &[("chat", wrong)]).await;
        assert_eq!(refused.status(), 422);
        let page = refused.text().await.unwrap();
        assert!(page.contains("Enter a whole number or @channel.") && page.contains("aria-invalid=\"true\""), "{page}");
    }
    assert_eq!(server.newest_state().await, None);

    let sent = operator.post(&send, &[("chat", " 482113907 ")]).await;
    assert_eq!(sent.status(), 303);
    let header = |name: &str| sent.headers()[name].to_str().unwrap().to_owned();
    let (to, remembered) = (header("location"), header("set-cookie"));
    assert!(to.starts_with(&format!("{share}?sent=")) && to.ends_with("#sample"), "{to}");
    assert!(remembered.ends_with(".482113907; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"), "{remembered}");
    server.wait_for_state(DeliveryState::Delivered).await;
    let message = &api.messages()[0];
    assert_eq!(message["chat_id"], "482113907");
    assert!(message["text"].as_str().unwrap().starts_with("Вы записаны\n\n<b>Детали записи</b>\nЗапись: №42"));

    // The page shows the outcome and offers the chat again.
    let remembered = remembered.split(';').next().unwrap();
    let operator = operator.having(remembered);
    let page = operator.see(to.split('#').next().unwrap()).await;
    let event = between(&to, "?sent=", "#");
    assert!(
        page.contains(&format!("href=\"/deliveries/{event}\"")) && page.contains("The event was accepted"),
        "{page}"
    );
    assert!(page.contains("value=\"482113907\"") && !page.contains("100200300"), "{page}");
    assert!(operator.see(&format!("/deliveries/{event}")).await.contains("№42"));
    // Each sample is a separate event, and none is stored as a booking of the chat's owner.
    assert_eq!(operator.post(&send, &[("chat", "482113907")]).await.status(), 303);
    api.wait_for_texts(2).await;
    let bookings = server.state.store.customers.bookings(BotApi::BOT, 482_113_907, 0).await.unwrap();
    assert_eq!(bookings.len(), 0);

    let admin = Person::new(&server, Role::Admin).await;
    let audit = admin.see("/audit").await;
    assert!(audit.contains("sample event to the short URL") && audit.contains("…907"), "{audit}");
    // Another account in this browser is not offered the chat.
    assert!(!admin.having(remembered).see(&share).await.contains("482113907"));

    server.state.store.profiles.set_enabled(stored.id, false, &COMMAND_LINE).await.unwrap();
    let refused = operator.post(&send, &[("chat", "482113907")]).await;
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    let fault = between(&page, "id=\"sample-fault\"", "</p>");
    assert!(!fault.contains("hidden") && fault.contains("disabled"), "{fault}");
    assert_eq!(operator.see(&format!("{share}?sent=unknown")).await.matches("The event was accepted").count(), 0);
    server.stop().await;
}

#[tokio::test]
async fn the_sample_contains_the_code_if_the_profile_requires_codes() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let stored = server.profile("A", false, &[]).await;
    let booking = &server.state.store.booking;
    booking.put(BotApi::BOT, None, &BookingBot::default(), UpdateSource::Polling, &COMMAND_LINE).await.unwrap();
    booking.set_enabled(BotApi::BOT, true, &COMMAND_LINE).await.unwrap();
    let edited = EditedProfile {
        name: "A".into(),
        enabled: None,
        channel: ChannelKind::Telegram,
        bare_ids: Some(false),
        bot: Some(BotApi::BOT),
        events: Vec::new(),
        profile: stored.profile.clone(),
        key: None,
    };
    server.state.store.profiles.put(Some(stored.id), &edited, &COMMAND_LINE).await.unwrap();
    let operator = Person::new(&server, Role::Operator).await;
    let sent = operator.post(&format!("/profiles/{}/sample", stored.id), &[("chat", "482113907")]).await;
    assert_eq!(sent.status(), 303);
    server.wait_for_state(DeliveryState::Delivered).await;
    assert_eq!(api.messages()[0]["chat_id"], "482113907");
    server.stop().await;
}

#[tokio::test]
async fn a_second_text_gets_a_url_that_sends_it() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let stored =
        server.profile("A", false, &[(Parameter::Message, "Текст профиля"), (Parameter::HideUrl, "true")]).await;
    let operator = Person::new(&server, Role::Operator).await;
    let share = format!("/profiles/{}/share", stored.id);
    let start = server.state.short_url(&stored.key);
    let url_of = |page: &str| {
        let shown = page.split("<textarea").find(|area| area.contains(&format!("{start}?")))?;
        Some(between(shown, ">", "</textarea>").trim().replace("&amp;", "&"))
    };
    let page = operator.see(&share).await;
    assert_eq!(url_of(&page), Some(format!("{start}?message=Your%20booking%20is%20cancelled")));

    let texts = [("message", "Запись\r\n<b>отменена</b>: 2+2 & {name}"), ("sign_text", " Ваш салон ")];
    let answer = operator.post(&share, &texts).await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    let url = url_of(&page).unwrap();
    assert!(
        url.is_ascii() && url.contains("%0A%3Cb%3E") && url.contains("2%2B2%20%26%20%7Bname%7D&sign_text="),
        "{url}"
    );
    assert!(page.contains("First paragraph: {name} is sent as typed"), "{page}");
    // The preview shows the message of the second text.
    let preview = between(&page, "id=\"second\"", "</section>");
    assert!(preview.contains("Ваш салон") && preview.contains("Детали записи") && !preview.contains("Текст профиля"));
    assert_eq!(server.http.post(&url).body(event("№1", &["5"])).send().await.unwrap().status(), 200);
    api.wait_for_texts(1).await;
    let text = api.texts()[0].clone();
    // Telegram rejects a bare `&` only if it starts a character reference.
    assert!(
        text.starts_with("Запись\n<b>отменена</b>: 2+2 &amp; {name}\n\n") && text.ends_with("\n\nВаш салон"),
        "{text}"
    );

    // Without a text there is no second URL, and the input is kept.
    let page = operator.post(&share, &[("message", " "), ("sign_text", "")]).await.text().await.unwrap();
    assert_eq!(url_of(&page), None);
    assert!(page.contains("Write a text"), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn the_command_for_the_viewers_operating_system_is_expanded() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let stored = server.profile("A", true, &[]).await;
    let operator = Person::new(&server, Role::Operator).await;
    let url = server.url(&format!("/profiles/{}/share", stored.id));
    for (system, is_windows) in [("Windows NT 10.0; Win64; x64", true), ("X11; Linux x86_64", false)] {
        let request = server.http.get(&url).header("cookie", &operator.cookie).header("accept-language", "en");
        let page = request.header("user-agent", format!("Mozilla/5.0 ({system})")).send().await.unwrap();
        let page = page.text().await.unwrap();
        let is_open = |title: &str| {
            let before = page.split(title).next().unwrap();
            before.rsplit("<details").next().unwrap().contains(" open")
        };
        assert_eq!(is_open("<summary>Windows PowerShell"), is_windows, "{system}");
        assert_eq!(is_open("<summary>macOS or Linux terminal"), !is_windows, "{system}");
        assert!(page.contains("Invoke-RestMethod -Method Post"), "{page}");
    }
    server.stop().await;
}
