//! The client of the Bot API for booking bots, tested against a simulated Bot API that applies Telegram's rules.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hookgram::secret::BotToken;
use parking_lot::Mutex;
use serde_json::{Value, json};
use server::channel::telegram::{
    Answer, CallError, Conflict, Identity, MemberStatus, MenuButton, Telegram, Update, UpdateContent, UpdateKind,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{BotApi, Play, TOKEN, eventually};

const BOT: i64 = BotApi::BOT;
const BOOKING: &[UpdateKind] = &[UpdateKind::Message, UpdateKind::MyChatMember];
/// A poll that outlasts any test.
const LONG: Duration = Duration::from_secs(40);

async fn play() -> (BotApi, Telegram, BotToken) {
    let api = BotApi::start().await;
    let telegram = Telegram::new(&api.url()).unwrap();
    (api, telegram, BotToken::parse(TOKEN).unwrap())
}

fn text(update: &Update) -> &str {
    match &update.content {
        UpdateContent::Message(message) => message.text.as_deref().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

/// Starts `getUpdates` in the background and returns once the Bot API has read the request.
async fn poll(api: &BotApi, telegram: &Telegram, offset: Option<i64>) -> JoinHandle<Result<Vec<Update>, CallError>> {
    let (telegram, token) = (telegram.clone(), BotToken::parse(TOKEN).unwrap());
    let before = api.calls_of("getUpdates");
    let polling = tokio::spawn(async move { telegram.get_updates(&token, offset, LONG, BOOKING).await });
    eventually("the call to be read", async || api.calls_of("getUpdates") > before && api.polls(BOT) > 0).await;
    polling
}

/// Returns the rejection that the result contains.
fn rejection<T: std::fmt::Debug>(result: Result<T, CallError>) -> (u16, String) {
    match result {
        Err(CallError::Rejected { code, description }) => (code, description),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn updates_are_received_in_order_and_repeated_until_they_are_confirmed() {
    let (api, telegram, token) = play().await;
    api.press_start(BOT, (5, "Анна", "ru"), "all");
    api.say(BOT, 5, "Здравствуйте");
    for _ in 0..2 {
        let updates = telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await.unwrap();
        assert_eq!(updates.iter().map(text).collect::<Vec<_>>(), ["/start all", "Здравствуйте"]);
    }
    let first = telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await.unwrap()[0].id;
    let rest = telegram.get_updates(&token, Some(first + 1), Duration::ZERO, BOOKING).await.unwrap();
    assert_eq!(rest.iter().map(text).collect::<Vec<_>>(), ["Здравствуйте"]);
    assert_eq!(telegram.get_updates(&token, Some(first + 2), Duration::ZERO, BOOKING).await, Ok(Vec::new()));
    assert_eq!(api.unread_of(BOT), 0);
}

#[tokio::test]
async fn at_most_100_updates_are_received_at_once() {
    let (api, telegram, token) = play().await;
    for number in 0..101 {
        api.say(BOT, 5, &number.to_string());
    }
    let updates = telegram.get_updates(&token, None, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(updates.len(), 100);
    let next = telegram.get_updates(&token, Some(updates[99].id + 1), Duration::ZERO, &[]).await.unwrap();
    assert_eq!(next.iter().map(text).collect::<Vec<_>>(), ["100"]);
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_requested_again_in_parts() {
    let (api, telegram, token) = play().await;
    let long = "я".repeat(50_000);
    for _ in 0..60 {
        api.say(BOT, 5, &long);
    }
    let updates = telegram.get_updates(&token, None, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(updates.len(), 10);
    assert!(updates.iter().all(|update| text(update) == long));
}

#[tokio::test]
async fn a_long_poll_returns_a_new_update_at_once() {
    let (api, telegram, _) = play().await;
    let polling = poll(&api, &telegram, None).await;
    api.block(BOT, 5);
    let updates = polling.await.unwrap().unwrap();
    let UpdateContent::MyChatMember(change) = &updates[0].content else { panic!("{updates:?}") };
    assert_eq!((change.chat.id, change.status), (5, MemberStatus::Kicked));
    let polling = poll(&api, &telegram, Some(updates[0].id + 1)).await;
    api.unblock(BOT, 5);
    let updates = polling.await.unwrap().unwrap();
    let UpdateContent::MyChatMember(change) = &updates[0].content else { panic!("{updates:?}") };
    assert_eq!(change.status, MemberStatus::Member);
    assert_eq!((api.polls(BOT), api.most_polls(BOT)), (0, 1));
}

#[tokio::test]
async fn cancelling_a_poll_closes_its_connection() {
    let (api, telegram, _) = play().await;
    poll(&api, &telegram, None).await.abort();
    eventually("the call to end", async || api.polls(BOT) == 0).await;
}

#[tokio::test]
async fn updates_of_kinds_that_were_not_requested_are_not_received() {
    let (api, telegram, token) = play().await;
    telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await.unwrap();
    api.update(BOT, "callback_query", json!({"id": "1", "data": "?"}));
    api.say_in_group(BOT, -1_001, 5, "/start@salon_bot");
    let updates = telegram.get_updates(&token, None, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(updates.iter().map(text).collect::<Vec<_>>(), ["/start@salon_bot"], "the choice was stored");
}

#[tokio::test]
async fn an_unreadable_update_does_not_lose_others() {
    let (api, telegram, token) = play().await;
    api.update(BOT, "callback_query", json!({"id": "1"}));
    api.write_to(BOT, json!({"chat": "?"}));
    api.say(BOT, 5, "Здравствуйте");
    let updates = telegram.get_updates(&token, None, Duration::ZERO, &[]).await.unwrap();
    let others = updates.iter().filter(|update| update.content == UpdateContent::Other).count();
    assert_eq!((updates.len(), others, text(&updates[2])), (3, 2, "Здравствуйте"));
}

#[tokio::test]
async fn a_second_poll_ends_the_first_with_a_conflict() {
    let (api, telegram, token) = play().await;
    let first = poll(&api, &telegram, None).await;
    assert_eq!(telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await, Ok(Vec::new()));
    let other = Err(CallError::Conflict(Conflict::OtherReader));
    assert_eq!(first.await.unwrap(), other);
    let waiting = poll(&api, &telegram, None).await;
    api.foreign_poller(BOT, true);
    assert_eq!(waiting.await.unwrap(), other);
    assert_eq!(telegram.get_updates(&token, None, LONG, BOOKING).await, other);
    api.foreign_poller(BOT, false);
    assert_eq!(telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await, Ok(Vec::new()));
}

#[tokio::test]
async fn no_update_is_lost_when_ids_restart() {
    let (api, telegram, token) = play().await;
    api.restart_ids(BOT, 900_000);
    api.say(BOT, 5, "1");
    let updates = telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await.unwrap();
    let offset = updates[0].id + 1;
    telegram.get_updates(&token, Some(offset), Duration::ZERO, BOOKING).await.unwrap();
    api.restart_ids(BOT, 300);
    api.say(BOT, 5, "2");
    let updates = telegram.get_updates(&token, Some(offset), Duration::ZERO, BOOKING).await.unwrap();
    assert_eq!((updates[0].id, text(&updates[0])), (300, "2"));
}

#[tokio::test]
async fn each_failure_of_a_poll_has_its_error() {
    let (api, telegram, token) = play().await;
    for (play, error) in [
        (Play::Refuse(401, "Unauthorized", Value::Null), CallError::Refused),
        (
            Play::Refuse(429, "Too Many Requests: retry after 7", json!({"retry_after": 7})),
            CallError::Busy { seconds: 7 },
        ),
        (Play::Wait("Too Many Requests: retry after 35", None), CallError::Busy { seconds: 35 }),
        (Play::Wait("Too Many Requests", Some(40)), CallError::Busy { seconds: 40 }),
        (Play::Html(502), CallError::Unreachable),
        (Play::HangUp, CallError::Unreachable),
    ] {
        api.next_of("getUpdates", [play]);
        assert_eq!(telegram.get_updates(&token, None, LONG, BOOKING).await, Err(error));
    }
    api.next_of(
        "getUpdates",
        [Play::Refuse(400, "Bad Request: see /bot7001002003:AAHk2Lm9-pQ_rStUvWxYz", Value::Null)],
    );
    let error = telegram.get_updates(&token, None, LONG, BOOKING).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("AAHk"), "{error}");
    api.down().await;
    assert_eq!(telegram.get_updates(&token, None, LONG, BOOKING).await, Err(CallError::Unreachable));
}

/// A server with a webhook, which records the requests it receives.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    /// The number of requests still to be answered with 503.
    refused: usize,
    secrets: Vec<String>,
    updates: Vec<Update>,
}

impl Received {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/telegram/7", listener.local_addr().unwrap());
        let take = async |State(received): State<Received>, headers: HeaderMap, body: String| {
            let mut received = received.0.lock();
            if received.refused > 0 {
                received.refused -= 1;
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            let secret = headers["x-telegram-bot-api-secret-token"].to_str().unwrap().to_owned();
            received.secrets.push(secret);
            received.updates.push(Update::parse(body.as_bytes()).unwrap());
            StatusCode::OK
        };
        let router = Router::new().route("/telegram/{bot}", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn texts(&self) -> Vec<String> {
        self.0.lock().updates.iter().map(|update| text(update).to_owned()).collect()
    }
}

#[tokio::test]
async fn a_webhook_gets_each_update_in_order_and_again_until_it_accepts_it() {
    let (api, telegram, token) = play().await;
    api.allow_http_webhooks();
    let received = Received::default();
    received.0.lock().refused = 3;
    let url = received.listen().await;
    api.say(BOT, 5, "1");
    telegram.set_webhook(&token, &url, "s3cr3t", BOOKING, 1).await.unwrap();
    api.say(BOT, 5, "2");
    api.update(BOT, "callback_query", json!({"id": "1"}));
    eventually("both updates to be taken", async || received.texts() == ["1", "2"]).await;
    assert_eq!(received.0.lock().secrets, ["s3cr3t", "s3cr3t"]);
    let has_webhook = Err(CallError::Conflict(Conflict::Webhook));
    assert_eq!(telegram.get_updates(&token, None, LONG, BOOKING).await, has_webhook);

    eventually("everything to be delivered", async || api.unread_of(BOT) == 0).await;
    let info = telegram.webhook_info(&token).await.unwrap();
    assert!(info.is_set() && info.is_at(&url) && !info.is_at("https://salon.example/telegram/7"));
    assert_eq!((info.host().as_str(), info.pending), ("127.0.0.1", 0));
    let fault = info.last_error.unwrap();
    assert!(fault.at > 0 && fault.description.contains("503 Service Unavailable"), "{fault:?}");

    telegram.delete_webhook(&token).await.unwrap();
    api.say(BOT, 5, "3");
    let updates = telegram.get_updates(&token, None, Duration::ZERO, &[]).await.unwrap();
    assert_eq!(updates.iter().map(text).collect::<Vec<_>>(), ["3"]);
    assert!(!telegram.webhook_info(&token).await.unwrap().is_set());
    assert_eq!(received.texts(), ["1", "2"]);
}

#[tokio::test]
async fn setting_a_webhook_ends_a_waiting_poll() {
    let (api, telegram, token) = play().await;
    let polling = poll(&api, &telegram, None).await;
    telegram.set_webhook(&token, "https://salon.invalid/telegram/7", "s3cr3t", BOOKING, 1).await.unwrap();
    assert_eq!(polling.await.unwrap(), Err(CallError::Conflict(Conflict::Webhook)));
    for url in ["http://salon.example/", "https://salon.example:3000/", "https://localhost/"] {
        let (code, description) = rejection(telegram.set_webhook(&token, url, "s3cr3t", BOOKING, 1).await);
        assert!(code == 400 && description.starts_with("Bad Request: bad webhook: "), "{description}");
    }
    assert_eq!(api.webhook_of(BOT), "https://salon.invalid/telegram/7");
}

#[tokio::test]
async fn commands_and_descriptions_are_set_per_language() {
    let (api, telegram, token) = play().await;
    telegram.set_commands(&token, None, &[("start", "Book"), ("my", "My bookings")]).await.unwrap();
    telegram.set_commands(&token, Some("ru"), &[("start", "Записаться")]).await.unwrap();
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, description)| ((*name).to_owned(), (*description).to_owned())).collect()
    };
    assert_eq!(api.commands(BOT, ""), own(&[("start", "Book"), ("my", "My bookings")]));
    assert_eq!(api.commands(BOT, "ru"), own(&[("start", "Записаться")]));
    telegram.delete_commands(&token, Some("ru")).await.unwrap();
    assert!(api.commands(BOT, "ru").is_empty() && !api.commands(BOT, "").is_empty());
    for commands in [[("Start", "Book")], [("", "Book")], [("start", "")]] {
        assert_eq!(rejection(telegram.set_commands(&token, None, &commands).await).0, 400, "{commands:?}");
    }

    telegram.set_description(&token, Some("ru"), "Запись в салон").await.unwrap();
    telegram.set_short_description(&token, Some("ru"), "Запись").await.unwrap();
    telegram.set_short_description(&token, None, "Booking").await.unwrap();
    assert_eq!(api.descriptions(BOT, "ru"), ("Запись в салон".to_owned(), "Запись".to_owned()));
    assert_eq!(api.descriptions(BOT, ""), (String::new(), "Booking".to_owned()));
    assert_eq!(rejection(telegram.set_description(&token, None, &"я".repeat(513)).await).0, 400);
    assert_eq!(rejection(telegram.set_short_description(&token, None, &"я".repeat(121)).await).0, 400);
}

#[tokio::test]
async fn a_menu_button_is_set_for_one_chat_or_all_chats() {
    let (api, telegram, token) = play().await;
    let page = |url: &str| MenuButton::WebApp { text: "Записаться".into(), url: url.into() };
    telegram.set_menu_button(&token, None, &MenuButton::Commands).await.unwrap();
    telegram.set_menu_button(&token, Some(5), &page("https://embed.example.org/a")).await.unwrap();
    let own = json!({"type": "web_app", "text": "Записаться", "web_app": {"url": "https://embed.example.org/a"}});
    assert_eq!(api.menu_button(BOT, Some(5)), own);
    assert_eq!(api.menu_button(BOT, Some(6)), json!({"type": "commands"}));
    telegram.set_menu_button(&token, Some(5), &MenuButton::Default).await.unwrap();
    assert_eq!(api.menu_button(BOT, Some(5)), json!({"type": "commands"}));
    assert_eq!(rejection(telegram.set_menu_button(&token, Some(5), &page("http://a.example/")).await).0, 400);
}

#[tokio::test]
async fn buttons_that_telegram_cannot_use_are_refused() {
    let (_api, telegram, token) = play().await;
    let send = async |chat: &str, button: Value| {
        let body = json!({"chat_id": chat, "text": "?", "reply_markup": {"inline_keyboard": [[button]]}});
        match telegram.send(&token, &body.to_string()).await {
            Answer::Sent { .. } => String::new(),
            Answer::Refused { code: 400, description, .. } => description,
            other => panic!("{other:?}"),
        }
    };
    let page = json!({"text": "Записаться", "web_app": {"url": "https://embed.example.org/a"}});
    assert_eq!(send("5", page.clone()).await, "");
    assert_eq!(send("-5", page.clone()).await, "Bad Request: BUTTON_TYPE_INVALID");
    assert_eq!(send("@salon", page).await, "Bad Request: BUTTON_TYPE_INVALID");
    let insecure = json!({"text": "Записаться", "web_app": {"url": "http://embed.example.org/a"}});
    assert_eq!(send("5", insecure).await, "Bad Request: BUTTON_TYPE_INVALID");
    for url in ["https://salon.example/", "http://127.0.0.1:3000/", "tg://resolve?domain=salon_bot"] {
        assert_eq!(send("-5", json!({"text": "?", "url": url})).await, "", "{url}");
    }
    for url in ["http://localhost:3000/", "ftp://salon.example/", "https://", "javascript:alert(1)"] {
        let refusal = send("5", json!({"text": "?", "url": url})).await;
        assert!(
            refusal.starts_with(&format!("Bad Request: inline keyboard button URL '{url}' is invalid: ")),
            "{refusal}"
        );
    }
    let both = json!({"text": "?", "url": "https://salon.example/", "callback_data": "?"});
    assert_eq!(send("5", both).await, "Bad Request: BUTTON_TYPE_INVALID");
    assert!(!send("5", json!({"text": "?"})).await.is_empty());
    assert!(!send("5", json!({"text": " ", "url": "https://salon.example/"})).await.is_empty());
}

#[tokio::test]
async fn people_who_blocked_the_bot_or_never_pressed_start_get_no_message() {
    let (api, telegram, token) = play().await;
    let send = async |chat: i64| match telegram
        .send(&token, &json!({"chat_id": chat.to_string(), "text": "?"}).to_string())
        .await
    {
        Answer::Sent { .. } => (200, String::new()),
        Answer::Refused { code, description, .. } => (code, description),
        other => panic!("{other:?}"),
    };
    assert_eq!(send(5).await.0, 200);
    api.strict_chats(BOT);
    api.say_in_group(BOT, -7, 6, "Здравствуйте");
    assert_eq!(send(5).await, (400, "Bad Request: chat not found".to_owned()));
    assert_eq!(send(6).await, (403, "Forbidden: bot can't initiate conversation with a user".to_owned()));
    assert_eq!(send(-7).await.0, 200);
    api.press_start(BOT, 5, "");
    assert_eq!(send(5).await.0, 200);
    api.block(BOT, 5);
    assert_eq!(send(5).await, (403, "Forbidden: bot was blocked by the user".to_owned()));
    api.press_start(BOT, 5, "");
    assert_eq!(send(5).await.0, 200);
}

#[tokio::test]
async fn a_message_is_forwarded_to_the_staff() {
    let (api, telegram, token) = play().await;
    api.say(BOT, 5, "Можно с собакой?");
    let updates = telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await.unwrap();
    let UpdateContent::Message(message) = &updates[0].content else { panic!("{updates:?}") };
    let answer = telegram.forward_message(&token, "-100500", message.chat.id, message.id).await;
    assert_eq!(answer, Answer::Sent { message_id: 7 });
    let asked = api.asked().pop().unwrap();
    assert_eq!(asked.body, json!({"chat_id": "-100500", "from_chat_id": 5, "message_id": message.id}));
    let gone = telegram.forward_message(&token, "-100500", 5, 999).await;
    assert!(matches!(gone, Answer::Refused { code: 400, .. }), "{gone:?}");
}

#[tokio::test]
async fn each_bot_has_its_own_updates_and_name() {
    let (api, telegram, token) = play().await;
    let other = BotToken::parse("42:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    api.name_bot(42, "Барбершоп", "barber_bot");
    let barber = Identity::Bot { name: "Барбершоп".into(), username: "barber_bot".into() };
    assert_eq!(telegram.who_is(&other).await, barber);
    let salon = Identity::Bot { name: "Салон".into(), username: "salon_bot".into() };
    assert_eq!(telegram.who_is(&token).await, salon);
    api.say(42, 5, "Здравствуйте");
    assert_eq!(telegram.get_updates(&token, None, Duration::ZERO, BOOKING).await, Ok(Vec::new()));
    assert_eq!(telegram.get_updates(&other, None, Duration::ZERO, BOOKING).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_21st_new_bot_of_a_minute_gets_429_for_any_method() {
    let (api, telegram, _) = play().await;
    api.limit();
    api.forget_bodies();
    let token = |bot: usize| BotToken::parse(&format!("{bot}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd")).unwrap();
    for bot in 1..=20 {
        assert_eq!(telegram.get_updates(&token(bot), None, Duration::ZERO, BOOKING).await, Ok(Vec::new()));
    }
    let refused = telegram.get_updates(&token(21), None, Duration::ZERO, BOOKING).await;
    assert!(matches!(refused, Err(CallError::Busy { seconds: 1..=61 })), "{refused:?}");
    assert!(matches!(telegram.who_is(&token(21)).await, Identity::Busy { .. }));
    assert!(matches!(telegram.who_is(&token(1)).await, Identity::Bot { .. }), "it is not new");
    assert_eq!((api.overstepped(), api.calls_of("getUpdates"), api.taken_of("getUpdates")), (2, 21, 20));
    assert!(api.asked().is_empty());
}
