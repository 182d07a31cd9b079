//! Finding the id of a chat by a link (Bot API `getUpdates`).

use app::{
    session::Operator,
    views::{ChatLinks, ChatSearch, ChatTrouble},
};
use hookgram::{
    role::{Account, Role},
    secret::BotToken,
};
use serde_json::{Value, json};
use server::pages::{PageRequest, profiles::find_chat};

use crate::{
    pages::page_request,
    support::{BotApi, Play, TOKEN, TestServer},
};

fn operator(id: i64) -> Operator {
    Operator::of(Account { id, email: "a@b.c".into(), role: Role::Operator }).unwrap()
}

fn bot() -> Option<BotToken> {
    BotToken::parse(TOKEN).ok()
}

/// Returns `/start` with a code, as a person's Telegram sends it.
fn pressed(code: &str, chat: i64, name: &str) -> Value {
    json!({"message_id": 1, "date": 1, "from": {"id": chat, "is_bot": false, "first_name": name},
        "chat": {"id": chat, "type": "private", "first_name": name}, "text": format!("/start {code}")})
}

async fn begin(request: &PageRequest) -> ChatLinks {
    match find_chat::begin(request, &operator(1), None, None, bot()).await {
        Ok(ChatSearch::Waiting(links)) => links,
        other => panic!("{other:?}"),
    }
}

async fn look(request: &PageRequest, links: &ChatLinks, patient: bool) -> ChatSearch {
    find_chat::look(request, &operator(1), &links.code, patient).await
}

fn trouble(search: ChatSearch) -> ChatTrouble {
    match search {
        ChatSearch::Failed { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_chat_whose_member_presses_start_is_found_and_no_update_is_confirmed() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    api.write([json!({"chat": {"id": 1}, "text": "Здравствуйте"}), pressed("of-another-system", 2, "Борис")]);
    let links = begin(&request).await;
    assert_eq!(links.person, format!("https://t.me/salon_bot?start={}", links.code));
    assert_eq!(links.group, format!("https://t.me/salon_bot?startgroup={}", links.code));
    assert!(links.code.bytes().all(|b| b.is_ascii_alphanumeric()) && links.code.len() <= 64);
    assert_eq!(look(&request, &links, false).await, ChatSearch::Waiting(links.clone()));

    let coming = tokio::spawn({
        let (request, links) = (request.clone(), links.clone());
        async move { look(&request, &links, true).await }
    });
    api.wait_for_calls(4).await;
    api.write([pressed(&links.code, 482_113_907, "Анна")]);
    let found = ChatSearch::Found { chat: 482_113_907, who: "Анна".into(), is_group: false };
    assert_eq!(coming.await.unwrap(), found);
    assert_eq!(look(&request, &links, false).await, found, "it stays found");

    assert_eq!(api.unread(), 3, "whoever else reads the bot's messages finds them all");
    for asked in api.asked().into_iter().filter(|asked| asked.method == "getUpdates") {
        let keys: Vec<String> = asked.body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["limit", "timeout"], "no offset, and the bot's stored choice of updates stays");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_waiting_look_returns_as_soon_as_start_is_pressed() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    let links = begin(&request).await;
    let coming = tokio::spawn({
        let (request, links) = (request.clone(), links.clone());
        async move { look(&request, &links, true).await }
    });
    api.wait_for_calls(3).await;
    let message = json!({"chat": {"id": -1_001_234, "type": "supergroup", "title": "Администраторы"},
        "from": {"first_name": "Анна"}, "text": format!("/start@salon_bot {}", links.code)});
    api.write([message]);
    let found = ChatSearch::Found { chat: -1_001_234, who: "Администраторы".into(), is_group: true };
    assert_eq!(coming.await.unwrap(), found);
    server.stop().await;
}

#[tokio::test]
async fn a_search_can_be_read_by_its_owner_only() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    let (mine, other) = (begin(&request).await, begin(&request).await);
    api.write([pressed(&other.code, 5, "Борис")]);
    assert_eq!(look(&request, &mine, false).await, ChatSearch::Waiting(mine.clone()), "somebody else's code");
    let asked = api.asked().len();
    assert_eq!(
        trouble(find_chat::look(&request, &operator(2), &mine.code, false).await),
        ChatTrouble::Over,
        "somebody else's search"
    );
    assert_eq!(trouble(find_chat::look(&request, &operator(1), "guess", false).await), ChatTrouble::Over);
    assert_eq!(api.asked().len(), asked, "Telegram is not asked for strangers");
    let found = look(&request, &other, false).await;
    assert!(matches!(found, ChatSearch::Found { chat: 5, .. }), "{found:?}");
    assert_eq!(api.asked().len(), asked, "it was seen while the other was looked for");
    server.stop().await;
}

#[tokio::test]
async fn the_updates_of_a_bot_with_a_webhook_are_not_read() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    api.set_webhook("https://lms.example.com/hook/secret-path");
    let host = "lms.example.com".to_owned();
    assert_eq!(
        trouble(find_chat::begin(&request, &operator(1), None, None, bot()).await.unwrap()),
        ChatTrouble::Webhook { host }
    );
    assert!(api.asked().iter().all(|asked| asked.method != "getUpdates"));
    // The webhook is set during a search.
    api.set_webhook("");
    let links = begin(&request).await;
    api.set_webhook("https://lms.example.com/hook");
    let why = trouble(find_chat::look(&request, &operator(1), &links.code, true).await);
    assert_eq!(why, ChatTrouble::Webhook { host: String::new() });
    server.stop().await;
}

#[tokio::test]
async fn every_other_obstacle_to_a_search_is_reported() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let request = page_request(&server);
    assert_eq!(
        trouble(find_chat::begin(&request, &operator(1), None, None, None).await.unwrap()),
        ChatTrouble::NoToken
    );
    let links = begin(&request).await;
    let answer = async |play: Play| {
        api.next_of("getUpdates", [play]);
        trouble(find_chat::look(&request, &operator(1), &links.code, true).await)
    };
    let other = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(answer(Play::Refuse(409, other, Value::Null)).await, ChatTrouble::OtherReader);
    assert_eq!(answer(Play::Refuse(401, "Unauthorized", Value::Null)).await, ChatTrouble::TokenRefused);
    let busy = Play::Refuse(429, "Too Many Requests: retry after 7", json!({"retry_after": 7}));
    assert_eq!(answer(busy).await, ChatTrouble::Busy { seconds: 7 });
    assert_eq!(answer(Play::Html(502)).await, ChatTrouble::Unreachable);
    assert_eq!(answer(Play::HangUp).await, ChatTrouble::Unreachable);
    api.write((0..100).map(|n| json!({"chat": {"id": n}, "text": "?"})));
    assert_eq!(trouble(find_chat::look(&request, &operator(1), &links.code, true).await), ChatTrouble::TooMuchUnread);
    assert_eq!(
        trouble(find_chat::begin(&request, &operator(1), None, None, bot()).await.unwrap()),
        ChatTrouble::TooMuchUnread
    );
    assert_eq!(api.unread(), 100);
    api.down().await;
    assert_eq!(
        trouble(find_chat::begin(&request, &operator(1), None, None, bot()).await.unwrap()),
        ChatTrouble::Unreachable
    );
    server.stop().await;

    let api = BotApi::start().await;
    api.know([]);
    let server = TestServer::start(&api.url()).await;
    let why = trouble(find_chat::begin(&page_request(&server), &operator(1), None, None, bot()).await.unwrap());
    assert_eq!(why, ChatTrouble::TokenRefused);
    server.stop().await;
}

#[tokio::test]
async fn a_search_uses_the_token_of_a_stored_profile_and_ends_when_the_server_stops() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let stored = server.profile("A", false, &[]).await;
    let request = page_request(&server);
    let search = find_chat::begin(&request, &operator(1), Some(stored.id), None, None).await.unwrap();
    let ChatSearch::Waiting(links) = search else { panic!("{search:?}") };
    assert!(!format!("{links:?}").contains("AAHk"));
    let looking = tokio::spawn({
        let (request, links) = (request.clone(), links.clone());
        async move { look(&request, &links, true).await }
    });
    api.wait_for_calls(3).await;
    server.stop().await;
    assert_eq!(looking.await.unwrap(), ChatSearch::Waiting(links));
}
