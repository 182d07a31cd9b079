//! The log's pages, as a browser without scripts uses them.

use hookgram::{delivery::DeliveryState, parameters::Parameter, query, role::Role};
use serde_json::{Value, json};
use server::store::{StoredProfile, audit::COMMAND_LINE};

use crate::{
    person::{Person, between},
    support::{BotApi, Play, TOKEN, TestServer, event, eventually},
};

async fn server_with(api: &BotApi, name: &str) -> (TestServer, StoredProfile) {
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile(name, false, &[(Parameter::Message, "Вы записаны, Анна")]).await;
    (server, profile)
}

fn blocked() -> Play {
    Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))
}

async fn post(server: &TestServer, profile: &StoredProfile, number: &str, chat: &str) -> String {
    let (status, answer) = server.post(&format!("/h/{}", profile.key), event(number, &[chat])).await;
    assert_eq!(status, 200);
    answer["Id"].as_str().unwrap().to_owned()
}

async fn settled(server: &TestServer) {
    eventually("all to come to its end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
}

fn rows(page: &str) -> usize {
    page.matches("data-event=").count()
}

#[tokio::test]
async fn the_log_is_filtered_by_its_address() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "Студия <Б>").await;
    post(&server, &profile, "71", "51").await;
    settled(&server).await;
    api.next([blocked()]);
    post(&server, &profile, "72", "52").await;
    settled(&server).await;
    let stateless = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=Hi%20there");
    assert_eq!(server.post(&stateless, event("73", &["53"])).await.0, 200);
    settled(&server).await;
    let person = Person::new(&server, Role::Operator).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let page = viewer.see("/deliveries").await;
    assert_eq!(rows(&page), 3);
    assert!(page.contains("Студия &lt;Б&gt;") && page.contains("the customer has blocked the bot"), "{page}");
    assert!(!page.contains("type=\"checkbox\" name=\"d-"), "a viewer chooses nothing");
    let id = profile.id;
    for (question, numbers) in [
        ("outcome=failed", &["72"][..]),
        ("outcome=delivered", &["71", "73"]),
        ("cause=blocked", &["72"]),
        ("cause=deactivated", &[]),
        ("chat=51", &["71"]),
        ("order=73", &["73"]),
        ("q=73", &["73"]),
        ("q=%E2%84%9671", &["71"]),
        ("q=52", &["72"]),
        ("q=%D0%B0%D0%BD%D0%BD%D0%B0", &["71", "72"]),
        ("q=there", &["73"]),
        ("q=nowhere", &[]),
        ("bot=7001002003", &["73"]),
        ("bot=1", &[]),
        (&format!("profile={id}"), &["71", "72"]),
        (&format!("profile={id}&outcome=failed&period=24h"), &["72"]),
        ("from=2020-01-01&to=2020-01-02", &[]),
        ("from=2020-01-01", &["71", "72", "73"]),
        ("outcome=failed&from=2020-01-01&to=2020-01-02", &[]),
        ("outcome=failed&from=2020-01-01", &["72"]),
        ("outcome=luck&profile=x&behind=1", &["71", "72", "73"]),
    ] {
        let page = person.see(&format!("/deliveries?{question}")).await;
        assert_eq!(rows(&page), numbers.len(), "{question}");
        for number in numbers {
            assert!(page.contains(&format!(">№{number}<")), "{question}: {number}");
        }
    }
    let odd = person.see("/deliveries?from=yesterday&outcome=failed").await;
    assert!(odd.contains("This is not a time") && odd.contains("value=\"yesterday\""), "{odd}");
    assert_eq!(rows(&odd), 1, "what else was asked for still holds");
    server.stop().await;
}

#[tokio::test]
async fn the_page_of_an_event_shows_its_outcome_and_what_to_do() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "A").await;
    api.next([blocked()]);
    let first = post(&server, &profile, "9", "5").await;
    settled(&server).await;
    let second = post(&server, &profile, "9", "6").await;
    settled(&server).await;
    let person = Person::new(&server, Role::Operator).await;
    let page = person.see(&format!("/deliveries/{first}")).await;
    for told in [
        "the customer has blocked the bot",
        "Contact the customer another way",
        "Forbidden: bot was blocked by the user",
        "Recipient found",
        "Вы записаны, Анна",
        &format!("/deliveries/{second}"),
        "Replay…",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains(TOKEN.split(':').next_back().unwrap()), "no token");
    let places = ["Received", "Recipient found", "Message rendered", "Queued", "Answer to the booking", "Rejected by"]
        .map(|step| page.find(&format!("trace-title\">{step}")).or_else(|| page.find(step)));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
    let beside = person.see(&format!("/deliveries?open={first}")).await;
    assert!(beside.contains("trace-pane") && beside.contains("aria-current=\"true\""), "{beside}");
    assert_eq!(person.get("/deliveries/nothing").await.status(), 404);
    assert_eq!(rows(&person.see("/deliveries?open=nothing").await), 2);
    let tree = person.see(&format!("/deliveries/{first}/payload")).await;
    assert!(tree.contains("CaseParticipants") && tree.contains("<details"), "{tree}");
    let file = person.get(&format!("/deliveries/{first}/payload.json")).await;
    assert!(file.headers()["content-disposition"].to_str().unwrap().contains("attachment"));
    let body: Value = file.json().await.unwrap();
    assert!(body.get("CaseParticipants").is_some(), "{body}");
    server.stop().await;
}

#[tokio::test]
async fn selected_deliveries_are_replayed_after_confirmation_but_not_by_a_viewer() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "A").await;
    api.next([blocked()]);
    post(&server, &profile, "1", "5").await;
    settled(&server).await;
    let id = server.state.store.queue.deliveries(1).await.unwrap()[0].id;
    let mark = format!("d-{id}");
    let person = Person::new(&server, Role::Operator).await;
    let fields = [(mark.as_str(), "on"), ("do", "replay"), ("back", "/deliveries?outcome=failed")];
    let question = person.post("/deliveries/act", &fields).await;
    assert_eq!(question.status(), 200);
    let question = question.text().await.unwrap();
    assert!(question.contains("Replay 1 delivery?") && question.contains("/deliveries?outcome=failed"), "{question}");
    assert!(api.texts().is_empty(), "it was only a question");
    let sure = [fields.as_slice(), &[("sure", "yes"), ("how", "was")]].concat();
    let viewer = Person::new(&server, Role::Viewer).await;
    assert_eq!(viewer.post("/deliveries/act", &sure).await.status(), 403);
    let done = person.post("/deliveries/act", &sure).await.text().await.unwrap();
    assert!(done.contains("Sending 1 delivery again."), "{done}");
    server.wait_for_state(DeliveryState::Delivered).await;
    let again = person.post("/deliveries/act", &[("do", "cancel"), (&mark, "on"), ("sure", "yes")]).await;
    assert!(again.text().await.unwrap().contains("There is nothing left to cancel"));
    let nothing = person.post("/deliveries/act", &[("do", "replay"), ("back", "//evil.example")]).await;
    let nothing = nothing.text().await.unwrap();
    assert!(nothing.contains("Nothing is selected") && !nothing.contains("evil"), "{nothing}");
    server.stop().await;
}

#[tokio::test]
async fn all_matching_deliveries_are_replayed_in_the_background() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "A").await;
    api.next([blocked(), blocked(), blocked()]);
    for number in ["1", "2", "3"] {
        post(&server, &profile, number, number).await;
    }
    settled(&server).await;
    let person = Person::new(&server, Role::Operator).await;
    let log = person.see("/deliveries").await;
    let href = between(&log, "href=\"/deliveries/all", "\"").replace("&amp;", "&");
    let path = format!("/deliveries/all{href}");
    let question = person.see(&path).await;
    assert!(question.contains("Replay 3 deliveries?"), "{question}");
    let begun = person.post(&path, &[("do", "replay"), ("how", "was"), ("sure", "yes")]).await;
    assert_eq!(begun.status(), 303);
    let to = begun.headers()["location"].to_str().unwrap().to_owned();
    eventually("all to be replayed", async || person.see(&to).await.contains(">Done<")).await;
    assert!(person.see("/deliveries/work").await.contains(&to));
    api.wait_for_texts(3).await;
    assert_eq!(person.post(&format!("{to}/stop"), &[]).await.status(), 303, "it has come to its end by itself");
    // Deliveries that match a filter on more than their own row can only be selected one by one.
    api.next([blocked(), blocked()]);
    post(&server, &profile, "8", "8").await;
    post(&server, &profile, "9", "9").await;
    settled(&server).await;
    let of_one = person.see("/deliveries?chat=8").await;
    let href = between(&of_one, "href=\"/deliveries/all", "\"").replace("&amp;", "&");
    let question = person.see(&format!("/deliveries/all{href}")).await;
    assert!(question.contains("Replay 1 delivery?") && question.contains("action=\"/deliveries/act\""), "{question}");
    for path in ["/deliveries/work/x", "/deliveries/work/99", "/deliveries/all?chat=5", "/deliveries/all"] {
        assert_eq!(person.get(path).await.status(), 404, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_exported_log_is_complete() {
    let api = BotApi::start().await;
    let server = TestServer::start(&api.url()).await;
    let profile = server.profile("=A;B", true, &[(Parameter::Message, "Booked")]).await;
    for number in 0..120 {
        post(&server, &profile, &number.to_string(), "5").await;
    }
    settled(&server).await;
    let person = Person::new(&server, Role::Operator).await;
    let csv = person.see("/deliveries/export.csv").await;
    assert!(csv.starts_with("\u{feff}received_at,event,outcome"), "{csv}");
    assert_eq!(csv.lines().count(), 121);
    assert!(csv.contains(",'=A;B,"), "a name is no formula: {csv}");
    let lines = person.see("/deliveries/export.jsonl?outcome=delivered").await;
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 120);
    assert!(objects.iter().all(|object| object["outcome"] == "delivered" && object["chat"] == "5"), "{lines}");
    let ru = server.http.get(server.url("/deliveries/export.csv?q=5")).header("cookie", &person.cookie);
    let ru = ru.header("accept-language", "ru").send().await.unwrap().text().await.unwrap();
    assert!(ru.starts_with("\u{feff}received_at;event"), "{ru}");
    server.stop().await;
}

#[tokio::test]
async fn times_are_shown_in_the_browsers_time_zone() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "A").await;
    post(&server, &profile, "1", "5").await;
    settled(&server).await;
    let mut person = Person::new(&server, Role::Viewer).await;
    assert!(person.see("/deliveries").await.contains(" UTC"));
    person.cookie += "; zone=Asia/Omsk";
    let page = person.see("/deliveries").await;
    assert!(page.contains("+06:00\"") && !page.contains(" UTC"), "{page}");
    person.cookie = person.cookie.replace("Asia/Omsk", "Nowhere/At_All");
    assert!(person.see("/deliveries").await.contains(" UTC"));
    server.stop().await;
}

#[tokio::test]
async fn the_sandbox_accepts_samples_and_can_be_cleared() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let one = server.profile("One", true, &[(Parameter::Message, "Hello")]).await;
    let other =
        server.profile("Other", true, &[(Parameter::TelegramFieldName, "*Chat"), (Parameter::Message, "Bye")]).await;
    let bot = server.profile("Bot", false, &[]).await;
    let person = Person::new(&server, Role::Operator).await;
    assert!(person.see("/sandbox").await.contains("No messages yet"));
    for (profile, sample) in [(one.id, "0"), (one.id, "0"), (other.id, "1"), (other.id, "99")] {
        let sent = person.post("/sandbox/sample", &[("profile", &profile.to_string()), ("sample", sample)]).await;
        assert_eq!(sent.status(), 303);
        assert_eq!(sent.headers()["location"].to_str().unwrap(), format!("/sandbox?profile={profile}"));
    }
    eventually("four messages", async || {
        server.state.store.profiles.sandbox_messages(None, 9).await.unwrap().len() == 4
    })
    .await;
    let page = person.see("/sandbox").await;
    assert!(page.contains("Hello") && page.contains("Bye"), "{page}");
    let of_one = person.see(&format!("/sandbox?profile={}", one.id)).await;
    assert!(of_one.contains("Hello") && !of_one.contains("Bye"), "{of_one}");
    server.wait_for_state(DeliveryState::Delivered).await;
    let event = server.state.store.events.newest(Some(other.id), 1).await.unwrap().remove(0);
    let trace = person.see(&format!("/deliveries/{}", event.public_id)).await;
    assert!(trace.contains("Shown in the sandbox") && !trace.contains("Accepted by Telegram"), "{trace}");
    let no = person.post("/sandbox/sample", &[("profile", &bot.id.to_string())]).await;
    assert_eq!(no.status(), 404, "nothing goes to a customer from here");
    let viewer = Person::new(&server, Role::Viewer).await;
    assert_eq!(viewer.post("/sandbox/clear", &[]).await.status(), 403);
    person.post("/sandbox/clear", &[("profile", &one.id.to_string())]).await;
    assert_eq!(server.state.store.profiles.sandbox_messages(None, 9).await.unwrap().len(), 2);
    person.post("/sandbox/clear", &[]).await;
    assert!(person.see("/sandbox").await.contains("No messages yet"));
    server.stop().await;
}

#[tokio::test]
async fn the_log_can_be_filtered_by_a_profiles_name() {
    let api = BotApi::start().await;
    let (server, profile) = server_with(&api, "Студия Ёлка").await;
    server.profile("Студия Север", true, &[]).await;
    server.profile("Салон", true, &[]).await;
    server.profile("Салон на Мира", true, &[]).await;
    let person = Person::new(&server, Role::Viewer).await;
    let to = async |named: &str| {
        let answer = person.get(&format!("/deliveries?outcome=failed&named={}", query::encode(named))).await;
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (to, answer.text().await.unwrap())
    };
    let id = profile.id;
    let found = Some(format!("/deliveries?profile={id}&outcome=failed"));
    for named in ["Студия Ёлка", "студия елка", "ёлка", " ЕЛКА "] {
        assert_eq!(to(named).await.0, found, "{named}");
    }
    assert!(to("Салон").await.0.is_some(), "the very name, though another begins with it");
    let (nowhere, page) = to("студия").await;
    assert!(nowhere.is_none() && page.contains("Several profiles match"), "{page}");
    assert!(page.contains(&format!("href=\"/deliveries?profile={id}&amp;outcome=failed\"")), "{page}");
    let (nowhere, page) = to("zzz").await;
    assert!(
        nowhere.is_none() && page.contains("There is no profile with this name") && page.contains("value=\"zzz\""),
        "{page}"
    );
    let page = person.see(&format!("/deliveries?profile={id}")).await;
    assert!(page.contains("name=\"named\"") && page.contains("value=\"Студия Ёлка\""), "{page}");
    assert!(page.contains("<option value=\"Салон\">"), "a short list is offered before scripts run");
    server.stop().await;
}

#[tokio::test]
async fn names_of_profiles_are_suggested_among_five_thousand() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let mut first = server.profile("0", true, &[]).await.edited();
    first.key = None;
    let drafts = (1..=5_000).map(|number| {
        let mut draft = first.clone();
        draft.name = format!("Profile {number}");
        draft
    });
    server.state.store.profiles.add_all(&drafts.collect::<Vec<_>>(), &COMMAND_LINE).await.unwrap();
    let person = Person::new(&server, Role::Viewer).await;
    let names: Vec<String> = person.get("/profiles/names?q=profile%2049").await.json().await.unwrap();
    assert_eq!((names.len(), names[0].as_str()), (10, "Profile 49"), "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("Profile 49")));
    let page = person.see("/deliveries").await;
    assert!(
        page.contains("data-names=\"/profiles/names\"") && !page.contains("Profile 49"),
        "the page holds no long list"
    );
    server.stop().await;
}
