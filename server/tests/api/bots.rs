//! A bot has one state, which is the same wherever it is shown.

use hookgram::{delivery::DeliveryState, role::Role};
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    person::Person,
    support::{BotApi, Play, TestServer, event, eventually},
};

/// Another token of the bot of the tests' profiles.
const NEW_TOKEN: &str = "7001002003:AAnewTokenOfTheSameBot_0123456789ab";
const REFUSED: &str = "Telegram rejects the token";

#[tokio::test]
async fn a_bots_state_is_the_same_on_every_page_and_a_new_token_fixes_all_of_its_profiles() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let person = Person::new(&server, Role::Admin).await;
    let profiles = [server.profile("First", false, &[]).await, server.profile("Second", false, &[]).await];
    let bot = profiles[0].bot.unwrap();
    let mut paths = vec!["/".to_owned(), "/bots".to_owned(), format!("/bots/{bot}"), "/health".to_owned()];
    paths.extend(profiles.iter().map(|profile| format!("/profiles/{}", profile.id)));
    paths.extend(profiles.iter().map(|profile| format!("/profiles/{}/share", profile.id)));
    let pages_that_say_refused = async || {
        let mut found = Vec::new();
        for path in &paths {
            let page = person.see(path).await;
            if page.contains(REFUSED)
                || page.contains("rejects a bot's token")
                || page.contains("rejects the bot's token")
            {
                found.push(path.clone());
            }
        }
        found
    };
    assert_eq!(pages_that_say_refused().await, Vec::<String>::new());

    // A delivery of one profile reveals that the token was revoked.
    api.next([Play::Refuse(401, "Unauthorized", json!({}))]);
    assert_eq!(server.post(&format!("/h/{}", profiles[0].key), event("1", &["5"])).await.0, 200);
    server.wait_for_state(DeliveryState::Suspended).await;
    assert_eq!(pages_that_say_refused().await, paths);

    // The other profile's event is suspended as well; one new token resumes both.
    assert_eq!(server.post(&format!("/h/{}", profiles[1].key), event("2", &["5"])).await.0, 200);
    let entered = person.post(&format!("/bots/{bot}/token"), &[("token", NEW_TOKEN)]).await;
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    api.wait_for_texts(2).await;
    eventually("both to arrive", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
    assert_eq!(pages_that_say_refused().await, Vec::<String>::new());
    server.stop().await;
}
