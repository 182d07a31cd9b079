//! The booking bot of the sandbox: setting it up, talking to it and booking with it, without a real bot.

use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role};

use crate::{
    person::{Person, between},
    support::{TestServer, eventually},
};

const A: &str = "1b5f03ed96001255550ebaa2c51b7d31";
const B: &str = "1b5f03ec663a8071791d2443cf3e799c";

async fn say(person: &Person<'_>, text: &str) -> String {
    assert_eq!(person.post("/sandbox/say", &[("text", text)]).await.status(), 303);
    person.see("/sandbox").await
}

#[tokio::test]
async fn a_booking_bot_can_be_tried_without_a_token() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let page = person.see("/sandbox").await;
    assert!(page.contains("href=\"/bots/0/booking\"") && !page.contains("/sandbox/say"), "{page}");

    let set_up = person.see("/bots/0/booking").await;
    assert!(set_up.contains("/profiles/new?bot=0") && !set_up.contains("t.me/"), "{set_up}");
    let links = format!("Haircut {A}\nShave <b>{B}</b>");
    let fields = [("links", links.as_str()), ("field_name", "*Chat"), ("updates", "polling"), ("do", "on")];
    let saved = person.follow(person.post("/bots/0/booking", &fields).await).await;
    assert!(saved.contains("href=\"/sandbox#chat\""), "{saved}");
    let builder = person.see("/profiles/new?bot=0").await;
    assert!(builder.contains("value=\"*Chat\""), "a new profile reads the field of the booking bot");

    let page = person.see("/sandbox").await;
    assert!(page.contains("value=\"/start\"") && !page.contains("/sandbox/book"), "Start comes first: {page}");
    let page = say(&person, "/start").await;
    let chat = between(&page, "data-fresh=\"talk\"", "</form>");
    assert!(chat.contains("Hello, Anna!") && chat.contains("Haircut"), "{chat}");
    let link = format!("https://embed.torrow.net/service/{A}/booking?prefilledFields=*Chat_");
    assert!(chat.contains(&link) && chat.contains("target=\"_blank\""), "{chat}");
    assert!(page.contains("No enabled sandbox profile reads"), "{page}");

    let profile = server.profile("Chair", true, &[(Parameter::TelegramFieldName, "*chat")]).await;
    assert_eq!(person.post("/sandbox/book", &[("service", B)]).await.status(), 303);
    eventually("a message", async || server.state.store.profiles.sandbox_messages(None, 9).await.unwrap().len() == 1)
        .await;
    let page = person.see("/sandbox").await;
    let chat = between(&page, "data-fresh=\"talk\"", "</form>");
    assert!(chat.contains("Shave") && chat.contains("Chair"), "the message is in the chat of the customer: {chat}");
    let page = say(&person, "/my").await;
    assert!(between(&page, "data-fresh=\"talk\"", "</form>").contains("Your bookings"), "{page}");

    let page = say(&person, "<i>hi</i>").await;
    assert!(page.contains("&lt;i&gt;hi&lt;/i&gt;") && !page.contains("<i>hi</i>"), "what was typed is text");
    say(&person, "/stop").await;
    assert_eq!(person.post("/sandbox/book", &[("service", A)]).await.status(), 303);
    server.wait_for_state(DeliveryState::Skipped).await;
    let newest = server.state.store.events.newest(Some(profile.id), 1).await.unwrap().remove(0);
    let trace = person.see(&format!("/deliveries/{}", newest.public_id)).await;
    assert!(trace.contains("/stop"), "the log says why: {trace}");
    assert!(say(&person, "/start").await.contains("Welcome back"), "the messages come again");
    assert_eq!(person.post("/sandbox/book", &[("service", A)]).await.status(), 303);
    eventually("a second message", async || {
        server.state.store.profiles.sandbox_messages(None, 9).await.unwrap().len() == 2
    })
    .await;
    // Another operator plays another customer.
    let other = Person::new(&server, Role::Admin).await;
    assert!(!other.see("/sandbox").await.contains("Hello, Anna!"));
    let viewer = Person::new(&server, Role::Viewer).await;
    assert!(!viewer.see("/sandbox").await.contains("/sandbox/say"));
    person.post("/sandbox/clear", &[]).await;
    assert!(!person.see("/sandbox").await.contains("Hello, Anna!"));
    server.stop().await;
}

#[tokio::test]
async fn the_sandboxs_bot_has_no_token_and_no_page() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    assert_eq!(person.get("/bots/0").await.headers()["location"], "/sandbox");
    for action in ["token", "check", "remove"] {
        let answer = person.post(&format!("/bots/0/{action}"), &[("token", crate::support::TOKEN)]).await;
        assert_eq!(answer.status(), 404, "{action}");
    }
    assert!(!person.see("/bots").await.contains("/bots/0"));
    assert_eq!(person.post("/sandbox/say", &[("text", "/start")]).await.status(), 404, "it is off");
    server.stop().await;
}
