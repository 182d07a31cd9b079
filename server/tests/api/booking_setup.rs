//! Setting up a booking bot: one form with several buttons, as a browser without scripts sends it.

use std::collections::BTreeMap;

use hookgram::{
    audit::AuditAction,
    booking::{BookingField, Trouble},
    parameters::Parameter,
    role::Role,
    secret::BotToken,
};
use serde_json::json;
use server::store::{
    BookingRecord,
    audit::{AuditFilter, COMMAND_LINE},
};

use crate::{
    person::{Person, between},
    support::{
        BotApi, Play, TOKEN, TestServer,
        html::{Tag, tags},
    },
};

const A: &str = "1b5f03ed96001255550ebaa2c51b7d31";
const B: &str = "1b5f03ec663a8071791d2443cf3e799c";
const PAGE: &str = "/bots/7001002003/booking";

/// The inputs of the form on a page, with the values that a browser would send.
#[derive(Clone, Debug)]
struct Form(BTreeMap<String, String>);

impl Form {
    fn of(page: &str) -> Self {
        let form = between(page, "id=\"booking\"", "</form>");
        let mut fields = BTreeMap::new();
        let mut select = String::new();
        for tag in tags(form) {
            let value = tag.value("value").unwrap_or_default().to_owned();
            let name = tag.value("name").unwrap_or_default().to_owned();
            let is = |attribute: &str| tag.value(attribute).is_some();
            match (tag.name.as_str(), tag.value("type")) {
                ("input", Some("checkbox" | "radio")) if !is("checked") => {}
                ("input", Some("checkbox")) => _ = fields.insert(name, "on".to_owned()),
                ("input", _) => _ = fields.insert(name, value),
                ("textarea", _) => _ = fields.insert(name, text_of(&tag)),
                ("select", _) => select = name,
                ("option", _) if is("selected") || !fields.contains_key(&select) => {
                    fields.insert(select.clone(), value);
                }
                _ => {}
            }
        }
        Self(fields)
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("no {name}: {:?}", self.0))
    }

    fn with(mut self, pairs: &[(&str, &str)]) -> Self {
        self.0.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    fn titles(&self) -> Vec<&str> {
        (0..).map_while(|index| self.0.get(&format!("service-{index}-title"))).map(String::as_str).collect()
    }

    /// Presses a button and returns the status and the page.
    async fn press(&self, person: &Person<'_>, button: &str) -> (u16, String) {
        let mut fields: Vec<(&str, &str)> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.push(("do", button));
        let answer = person.post(PAGE, &fields).await;
        let status = answer.status().as_u16();
        if status == 303 {
            return (303, person.follow(answer).await);
        }
        (status, answer.text().await.unwrap())
    }
}

fn text_of(tag: &Tag) -> String {
    let text = tag.text.replace("&lt;", "<").replace("&amp;", "&");
    text.strip_prefix('\n').map_or(text.clone(), str::to_owned)
}

/// Starts a server with the bot of [`TOKEN`].
async fn salon(api: &str) -> TestServer {
    let server = TestServer::start(api).await;
    let token = BotToken::parse(TOKEN).unwrap();
    server.state.store.bots.enter(&token, &COMMAND_LINE).await.unwrap();
    server.state.store.bots.accepted(&token, "Salon", "salon_bot").await.unwrap();
    server
}

async fn stored(server: &TestServer) -> Option<BookingRecord> {
    server.state.store.booking.get(BotApi::BOT).await.unwrap()
}

/// Returns the newest audit entries.
fn everything() -> AuditFilter {
    AuditFilter { limit: 100, ..AuditFilter::default() }
}

/// Sets up a bot with one service and switches it on.
async fn set_up(person: &Person<'_>) -> String {
    let form = Form::of(&person.see(PAGE).await).with(&[("links", &format!("Haircut {A}"))]);
    let (status, page) = form.press(person, "on").await;
    assert_eq!(status, 303, "{page}");
    page
}

#[tokio::test]
async fn links_in_every_form_are_added_and_invalid_ones_are_reported_without_losing_input() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let links = format!(
        "Haircut https://torrow.net/app/tabs/tab-search/service;id={A}\n\
         https://embed.torrow.net/service/{B}/booking?culture=ru-RU Manicure\n\
         https://torrow.net/app/tabs/tab-search/case;id={A}\nhttps://example.com/x\n{A}"
    );
    let form = Form::of(&person.see(PAGE).await);
    let form = form.with(&[("links", &links), ("greeting_en", "Hi <b>there</b>"), ("staff_chat", "not a chat")]);
    let (status, page) = form.press(&person, "read-links").await;
    assert_eq!(status, 200);
    for said in [
        "Added to the list: 2",
        "This link is for a single booking",
        "This is another site",
        "https://example.com/x",
        "This service is already listed above",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let again = Form::of(&page);
    assert_eq!(again.titles(), ["Haircut", "Manicure"]);
    assert_eq!((again.get("service-0-id"), again.get("service-1-id")), (A, B));
    assert_eq!(again.get("links").replace('\r', ""), links, "what must be mended stays");
    assert_eq!((again.get("greeting_en"), again.get("staff_chat")), ("Hi <b>there</b>", "not a chat"));
    assert!(stored(&server).await.is_none(), "nothing is stored yet");
    // Saving reports every fault at its field; the first one has the focus.
    let (status, page) = again.press(&person, "on").await;
    assert_eq!(status, 422);
    let faulty: Vec<String> = tags(&page)
        .iter()
        .filter(|tag| tag.value("aria-invalid") == Some("true"))
        .map(|tag| tag.value("name").unwrap().to_owned())
        .collect();
    assert_eq!(faulty, ["links", "staff_chat"]);
    let focused: Vec<Tag> = tags(&page).into_iter().filter(|tag| tag.value("autofocus").is_some()).collect();
    assert_eq!(focused.iter().map(|tag| tag.value("name")).collect::<Vec<_>>(), [Some("links")]);
    assert!(page.contains("“not a chat” is not a chat id"), "{page}");
    assert!(tags(&page).iter().any(|tag| tag.value("id") == Some("more") && tag.value("open").is_some()));
    let (status, _) = Form::of(&page).with(&[("links", ""), ("staff_chat", "-100200")]).press(&person, "on").await;
    assert_eq!(status, 303);
    let booking = stored(&server).await.unwrap();
    assert!(booking.enabled);
    assert_eq!(booking.settings.services.len(), 2);
    assert_eq!(booking.settings.get(BookingField::StaffChat), "-100200");
    server.stop().await;
}

#[tokio::test]
async fn services_can_be_reordered_and_removed() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let form = Form::of(&person.see(PAGE).await).with(&[
        ("service-0-id", A),
        ("service-0-title", "One"),
        ("service-1-id", B),
        ("service-1-title", "Two"),
        ("service-1-text", "About two"),
    ]);
    for (button, titles) in [
        ("down-0", vec!["Two", "One"]),
        ("up-1", vec!["Two", "One"]),
        ("up-0", vec!["One", "Two"]),
        ("down-1", vec!["One", "Two"]),
        ("remove-0", vec!["Two"]),
        ("remove-9", vec!["One", "Two"]),
        ("up-x", vec!["One", "Two"]),
        ("preview", vec!["One", "Two"]),
        ("", vec!["One", "Two"]),
    ] {
        let (status, page) = form.press(&person, button).await;
        let shown = Form::of(&page);
        assert_eq!((status, shown.titles()), (200, titles), "{button}");
        let at = shown.titles().iter().position(|title| *title == "Two").unwrap();
        assert_eq!(shown.get(&format!("service-{at}-text")), "About two", "{button}");
    }
    assert!(stored(&server).await.is_none());
    server.stop().await;
}

#[tokio::test]
async fn saving_and_switching_the_bot_on_and_off_is_shown_on_every_page() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let first = person.see(PAGE).await;
    assert!(first.contains("Not set up") && first.contains("Save and switch on"), "{first}");
    assert!(first.contains("Links and codes will appear here once you save"), "{first}");
    assert!(first.contains("Hello, Anna!") && first.contains("Здравствуйте, Анна!"), "both previews");
    assert_eq!(Form::of(&first).get("field_name"), "*TelegramId");
    let (status, page) = Form::of(&first).press(&person, "on").await;
    assert!(status == 422 && page.contains("Add at least one service"), "{page}");
    let page = set_up(&person).await;
    assert!(page.contains("The booking bot is on.") && page.contains("https://t.me/salon_bot?start=all"), "{page}");
    assert!(page.contains(&format!("https://t.me/salon_bot?start={A}")), "{page}");
    assert!(page.contains("id=\"unread\"") && page.contains("/profiles/new?bot=7001002003"), "{page}");
    // The field is marked as a fault until a profile reads it.
    let health = person.see("/health").await;
    assert!(health.contains("The booking bot is on, but customers will get no messages: @salon_bot"), "{health}");
    assert!(health.contains(&format!("href=\"{PAGE}#field\"")), "{health}");
    server.profile("Sandbox", true, &[]).await;
    assert!(person.see("/health").await.contains("customers will get no messages"));
    let profile = server.profile("A", false, &[(Parameter::TelegramFieldName, "telegramid ")]).await;
    assert!(!person.see("/health").await.contains("customers will get no messages"));
    assert!(!person.see(PAGE).await.contains("id=\"unread\""));
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    assert!(person.see(PAGE).await.contains("id=\"unread\""));
    for path in ["/bots", "/bots/7001002003"] {
        let page = person.see(path).await;
        assert!(page.contains("class=\"mark ok\">On<"), "{path}: {page}");
    }
    // Switching the bot off keeps input that is not saved yet.
    let typed = Form::of(&page).with(&[("button_en", "Book now")]);
    let (status, page) = typed.press(&person, "off").await;
    assert_eq!((status, Form::of(&page).get("button_en")), (200, "Book now"));
    assert!(!stored(&server).await.unwrap().enabled && page.contains("people who open a link get no reply"));
    let (status, _) = Form::of(&page).press(&person, "save").await;
    let booking = stored(&server).await.unwrap();
    assert_eq!(
        (status, booking.enabled, booking.settings.get(BookingField::ButtonEn).as_str()),
        (303, false, "Book now")
    );
    let (status, _) = Form::of(&person.see(PAGE).await).press(&person, "on").await;
    assert_eq!((status, stored(&server).await.unwrap().enabled), (303, true));
    let (status, page) = Form::of(&person.see(PAGE).await).press(&person, "off").await;
    assert!(status == 303 && page.contains("The booking bot is off."), "{page}");
    assert!(!person.see("/health").await.contains("customers will get no messages"));
    let recorded = server.state.store.audit.audited(&everything()).await.unwrap();
    let actions: Vec<AuditAction> = recorded.iter().filter_map(|entry| entry.action).collect();
    assert!(actions.contains(&AuditAction::BookingBotOn) && actions.contains(&AuditAction::BookingBotOff));
    server.stop().await;
}

#[tokio::test]
async fn the_field_defaults_to_the_one_that_the_bots_profiles_read() {
    let server = salon("http://127.0.0.1:9").await;
    server.profile("A", false, &[(Parameter::TelegramFieldName, "*Chat")]).await;
    let person = Person::new(&server, Role::Operator).await;
    let page = person.see(PAGE).await;
    assert_eq!(Form::of(&page).get("field_name"), "*Chat");
    assert!(!page.contains("id=\"unread\""));
    server.stop().await;
}

#[tokio::test]
async fn saving_an_outdated_booking_form_shows_the_stored_values_and_keeps_the_input() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    set_up(&person).await;
    let mine = Form::of(&person.see(PAGE).await);
    let theirs = mine.clone().with(&[("greeting_en", "Theirs"), ("service-0-title", "Their haircut")]);
    assert_eq!(theirs.press(&person, "save").await.0, 303);
    let (status, page) = mine.with(&[("greeting_en", "Mine")]).press(&person, "save").await;
    assert_eq!(status, 409);
    let notice = between(&page, "id=\"outdated\"", "</dl>");
    for said in ["Someone else changed", "Greeting in English", "Theirs", "Services", "Their haircut"] {
        assert!(notice.contains(said), "{said}: {notice}");
    }
    assert!(!notice.contains("Reply to /help"), "{notice}");
    let shown = Form::of(&page);
    assert_eq!((shown.get("greeting_en"), shown.titles()), ("Mine", vec!["Haircut"]));
    assert_eq!(shown.press(&person, "save").await.0, 303, "saved again, it replaces theirs");
    assert_eq!(stored(&server).await.unwrap().settings.get(BookingField::GreetingEn), "Mine");
    server.stop().await;
}

#[tokio::test]
async fn viewers_see_the_bot_and_cannot_change_it() {
    let server = salon("http://127.0.0.1:9").await;
    let operator = Person::new(&server, Role::Operator).await;
    set_up(&operator).await;
    server
        .state
        .store
        .booking
        .put_trouble(BotApi::BOT, Some(Trouble::OtherWebhook), Some("crm.example"))
        .await
        .unwrap();
    let viewer = Person::new(&server, Role::Viewer).await;
    let page = viewer.see(PAGE).await;
    assert!(!page.contains("id=\"booking\"") && !page.contains("name=\"do\""), "{page}");
    assert!(page.contains("Haircut") && page.contains("?start=all") && page.contains("crm.example"), "{page}");
    assert_eq!(viewer.post(PAGE, &[("do", "off")]).await.status(), 403);
    assert!(stored(&server).await.unwrap().enabled);
    server.stop().await;
}

#[tokio::test]
async fn another_programs_webhook_is_shown_and_can_be_replaced() {
    let api = BotApi::start().await;
    let server = salon(&api.url()).await;
    let person = Person::new(&server, Role::Operator).await;
    set_up(&person).await;
    api.set_webhook("https://crm.example/hook");
    let store = &server.state.store;
    store.booking.put_trouble(BotApi::BOT, Some(Trouble::OtherWebhook), Some("crm.example")).await.unwrap();
    let page = person.see(PAGE).await;
    assert!(page.contains("Another program receives customers") && page.contains("crm.example"), "{page}");
    assert!(person.see("/health").await.contains("connected to another service: crm.example."));
    api.next_of("deleteWebhook", [Play::Refuse(429, "Too Many Requests: retry after 5", json!({"retry_after": 5}))]);
    let typed = Form::of(&page).with(&[("help_en", "Call us")]);
    let (status, page) = typed.press(&person, "take-over").await;
    assert!(status == 422 && page.contains("Telegram asks you to wait"), "{page}");
    assert_eq!(Form::of(&page).get("help_en"), "Call us");
    let answer = person.post(PAGE, &[("do", "take-over")]).await;
    assert!(person.follow(answer).await.contains("The bot is no longer connected to the other program."));
    assert_eq!(api.webhook_of(BotApi::BOT), "");
    let recorded = store.audit.audited(&everything()).await.unwrap();
    assert!(recorded.iter().any(|entry| entry.action == Some(AuditAction::BookingBotTakenOver)));
    server.stop().await;
}

#[tokio::test]
async fn updates_by_webhook_require_an_address_that_telegram_can_reach() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let page = person.see(PAGE).await;
    assert!(page.contains("does not start with https"), "{page}");
    let form = Form::of(&page).with(&[("links", A), ("service-0-title", "x"), ("updates", "webhook")]);
    let (status, page) = form.press(&person, "on").await;
    assert_eq!(status, 422);
    assert!(page.contains("id=\"field-updates-fault\""), "{page}");
    server.stop().await;
}

#[tokio::test]
async fn a_poster_shows_one_service_or_all() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    assert_eq!(person.get(&format!("{PAGE}/poster")).await.status(), 404, "nothing is set up yet");
    set_up(&person).await;
    let all = person.see(&format!("{PAGE}/poster")).await;
    let one = person.see(&format!("{PAGE}/poster?service={A}")).await;
    for page in [&all, &one] {
        assert!(page.contains("Book in Telegram") && page.contains("@salon_bot") && page.contains("class=\"qr\""));
    }
    assert!(one.contains("Haircut") && !all.contains("Haircut"));
    for service in [B, "", "%22"] {
        assert_eq!(person.get(&format!("{PAGE}/poster?service={service}")).await.status(), 404, "{service}");
    }
    server.stop().await;
}

#[tokio::test]
async fn settings_with_markup_are_shown_as_text_on_every_page() {
    let server = salon("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let evil = "\"'><img src=x onerror=alert(1)></textarea>";
    let harmless = |page: &str| tags(page).iter().all(|tag| tag.name != "img" && tag.value("onerror").is_none());
    let form = Form::of(&person.see(PAGE).await).with(&[
        ("service-0-id", A),
        ("service-0-title", "<b>x</b>"),
        ("service-1-id", B),
        ("service-1-title", evil),
        ("service-1-text", evil),
        ("greeting_en", evil),
        ("button_ru", evil),
        ("help_en", evil),
        ("field_name", evil),
        ("culture", evil),
        ("time_zone", evil),
        ("staff_chat", evil),
        ("version", evil),
        ("links", evil),
    ]);
    for button in ["preview", "on", "read-links", evil] {
        let (_, page) = form.press(&person, button).await;
        assert!(harmless(&page), "{button}: {page}");
        assert!(page.contains("&lt;b&gt;x&lt;/b&gt;") && !page.contains("<b>x</b>"), "{page}");
    }
    let good = [
        ("culture", ""),
        ("time_zone", ""),
        ("staff_chat", ""),
        ("version", ""),
        ("links", ""),
        ("field_name", "a\"><i>"),
    ];
    let (status, page) = form.with(&good).press(&person, "on").await;
    assert_eq!(status, 303, "{page}");
    for path in [PAGE, "/bots", "/bots/7001002003", "/health", "/bots/7001002003/booking/poster"] {
        assert!(harmless(&person.see(path).await), "{path}");
    }
    assert!(harmless(&person.see(&format!("{PAGE}/poster?service={B}")).await));
    server.stop().await;
}

#[tokio::test]
async fn a_bot_without_a_username_has_no_links() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    server.state.store.bots.enter(&BotToken::parse(TOKEN).unwrap(), &COMMAND_LINE).await.unwrap();
    let person = Person::new(&server, Role::Operator).await;
    let page = set_up(&person).await;
    assert!(page.contains("Telegram has not reported this bot") && !page.contains("?start="), "{page}");
    assert!(page.contains("action=\"/bots/7001002003/check\""), "{page}");
    assert_eq!(person.get("/bots/1/booking").await.status(), 404);
    server.stop().await;
}

#[tokio::test]
async fn old_urls_of_the_shared_bot_become_profiles_of_a_chosen_bot() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let person = Person::new(&server, Role::Operator).await;
    let old = |bot: &str, message: &str| {
        format!(
            "https://hooks.torrow.net/webhook/telegram?telegramToken={bot}&telegramFieldName=*TelegramId&message={message}"
        )
    };
    let list = [old("TorrowServiceBot", "One"), old("TorrowChatBot", "Two"), old(TOKEN, "Three")].join("\n");
    let shown = person.post("/profiles/urls", &[("text", &list)]).await.text().await.unwrap();
    assert!(shown.contains("remembers only 20 customers") && shown.contains("href=\"/bots#add\""), "{shown}");
    assert!(
        !shown.contains("name=\"bot\"") && !shown.contains("name-1") && shown.contains("name-3"),
        "no bot to choose"
    );

    let token = BotToken::parse(TOKEN).unwrap();
    server.state.store.bots.enter(&token, &COMMAND_LINE).await.unwrap();
    let other = BotToken::parse("7001002009:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    server.state.store.bots.enter(&other, &COMMAND_LINE).await.unwrap();
    let shown = person.post("/profiles/urls", &[("text", &list)]).await.text().await.unwrap();
    let draft = between(&shown, "name=\"draft\" value=\"", "\"").to_owned();
    let marks = [("draft", draft.as_str()), ("make-1", "on"), ("make-2", "on"), ("make-3", "on")];
    let refused = person.post("/profiles/urls", &marks).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("Choose a bot for the URLs"));
    let made = person.post("/profiles/urls", &[&marks[..], &[("bot", "7001002009")]].concat()).await;
    person.follow(made).await;
    for (name, bot) in [("One", 7_001_002_009), ("Two", 7_001_002_009), ("Three", 7_001_002_003)] {
        let profile = server.state.store.profiles.by_name(name).await.unwrap().unwrap();
        assert_eq!(profile.bot, Some(bot), "{name}");
    }

    // In the builder, the URL fills the form and the chosen bot is kept.
    let fields = [("form[target]", "bot"), ("form[bot]", "7001002009"), ("url", &*old("TorrowServiceBot", "Four"))];
    let answer = person.post("/rpc/operator/read-old-url", &fields).await;
    let to = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = person.see(to.strip_prefix(&server.base).unwrap_or(&to)).await;
    assert!(page.contains("id=\"shared\"") && page.contains("remembers only 20 customers"), "{page}");
    assert!(page.contains(">Four</textarea>"), "{page}");
    let is_chosen = |tag: &Tag| tag.name == "option" && tag.value("selected").is_some();
    let chosen: Vec<Tag> = tags(&page).into_iter().filter(is_chosen).collect();
    assert!(chosen.iter().any(|tag| tag.value("value") == Some("7001002009")), "{chosen:?}");
    server.stop().await;
}
