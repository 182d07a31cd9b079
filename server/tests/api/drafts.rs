//! Drafts of the builder without scripts: forms with faults, and forms filled from an old URL. The token in them is
//! distinctive, and every answer is searched for it.

use hookgram::{event::EventType, parameters::Parameter, role::Role};
use server::{http::client::Client, store::audit::COMMAND_LINE};

use crate::support::{BotApi, TOKEN, TestServer};

/// The part of the token that must never be shown.
const SECRET: &str = "pQ_rStUvWxYz0123456789";

/// A person at a browser without scripts.
struct Visitor<'a> {
    server: &'a TestServer,
    cookie: String,
}

/// An answer: its status, the address of a redirect, and the page.
struct Answer {
    status: u16,
    location: String,
    text: String,
}

impl<'a> Visitor<'a> {
    async fn new(server: &'a TestServer, email: &str, role: Role) -> Self {
        let here = std::net::IpAddr::from([127, 0, 0, 1]);
        let client = Client { peer: here, address: here, forwarded: false, user_agent: "test".into() };
        let account = server.state.store.accounts.add_user(email, role, None, &COMMAND_LINE).await.unwrap();
        let user = server.state.store.accounts.user(account.id).await.unwrap().unwrap();
        let cookie = server::auth::session::open(&server.state, &user, &client, None).await.unwrap();
        Self { server, cookie: cookie.0.split(';').next().unwrap().to_owned() }
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.header("cookie", format!("{}; language=en", self.cookie)).header("accept", "text/html");
        let response = request.send().await.unwrap();
        let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, location) = (response.status().as_u16(), header("location"));
        let headers = format!("{:?}", response.headers());
        let text = response.text().await.unwrap();
        assert!(!headers.contains(SECRET) && !text.contains(SECRET), "{location} {text}");
        Answer { status, location, text }
    }

    async fn open(&self, path: &str) -> Answer {
        self.answer(self.server.http.get(self.server.url(path))).await
    }

    async fn send(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let referer = self.server.url("/profiles/new");
        let request = self.server.http.post(self.server.url(&format!("/rpc/{function}"))).header("referer", referer);
        self.answer(with_form(request, fields)).await
    }

    /// Sends a form that is answered with a draft. Returns the draft's page.
    async fn draft(&self, function: &str, fields: &[(&str, &str)]) -> (String, String) {
        let answer = self.send(function, fields).await;
        let id = answer.location.rsplit("draft=").next().unwrap_or_default().to_owned();
        assert!(answer.status == 302 && id.len() == 17, "{} {} {}", answer.status, answer.location, answer.text);
        let page = self.open(&answer.location).await;
        assert_eq!(page.status, 200);
        (id, page.text)
    }
}

fn with_form(request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// Tells whether a field of a page has this value.
fn has_value(page: &str, name: &str, value: &str) -> bool {
    page.split('<').any(|tag| {
        tag.contains(&format!("name=\"{name}\""))
            && (tag.contains(&format!("value=\"{value}\"")) || tag.ends_with(value))
    })
}

fn botfather() -> String {
    format!("Done! Use this token to access the HTTP API:\r\n{TOKEN}\r\nKeep your token secure.")
}

#[tokio::test]
async fn a_form_with_a_fault_keeps_its_input_and_its_token() {
    let telegram = BotApi::start().await;
    let server = TestServer::start(&telegram.url()).await;
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let token = botfather();
    let typed = [
        ("form[name]", "Bookings & more"),
        ("form[target]", "bot"),
        ("form[token]", token.as_str()),
        ("form[values][telegramFieldName]", "*Tg"),
        ("form[values][errorEmail]", "ops@example"),
        ("form[values][message]", "One\r\nTwo"),
        ("form[shown][hide_url]", "on"),
        ("form[events][3036]", "on"),
    ];
    let (id, page) = visitor.draft("operator/save-profile", &typed).await;
    assert!(page.contains("7001002003:AAH…abcd"), "the token is there, masked");
    assert!(page.contains("ops@example” is not an email address"));
    let links = page.split("class=\"fault-links\"").nth(1).and_then(|rest| rest.split("</ul>").next()).unwrap();
    assert!(links.contains("href=\"#field-errorEmail\"") && links.matches("<li>").count() == 1, "{links}");
    assert!(page.contains("id=\"field-errorEmail\""), "the link leads somewhere");
    for (name, value) in [
        ("form[name]", "Bookings &amp; more"),
        ("form[values][telegramFieldName]", "*Tg"),
        ("form[values][errorEmail]", "ops@example"),
        ("form[values][message]", "One\nTwo"),
        ("draft", id.as_str()),
    ] {
        assert!(
            has_value(&page, name, value) || has_value(&page.replace("\r\n", "\n"), name, value),
            "{name} in {page}"
        );
    }
    let checked =
        |name: &str| page.split('<').any(|tag| tag.contains(&format!("name=\"{name}\"")) && tag.contains("checked"));
    assert!(checked("form[shown][hide_url]") && checked("form[events][3036]") && !checked("form[shown][hide_address]"));

    // The fault is fixed without typing the token again.
    let mended = typed.map(|(name, value)| match name {
        "form[values][errorEmail]" => (name, "ops@example.com"),
        "form[token]" => (name, ""),
        _ => (name, value),
    });
    let with_draft = [&mended[..], &[("draft", &id)]].concat();
    let saved = visitor.send("operator/save-profile", &with_draft).await;
    assert!(saved.location.ends_with("/share"), "{}", saved.location);
    let stored = server.state.store.profiles.all().await.unwrap().remove(0);
    assert_eq!(stored.profile.token.unwrap().expose(), TOKEN);
    assert_eq!(stored.profile.formatting.message.as_deref(), Some("One\nTwo"));
    let gone = visitor.open(&format!("/profiles/new?draft={id}")).await.text;
    assert!(gone.contains("no longer kept") && !gone.contains("Bookings &amp; more"));
    server.stop().await;
}

#[tokio::test]
async fn a_draft_of_a_stored_profile_keeps_its_token_and_shows_the_error_of_the_store() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    server.profile("Taken", true, &[]).await;
    let own = server.profile("Own", false, &[]).await.id.to_string();
    let typed = [
        ("id", own.as_str()),
        ("form[name]", "Taken"),
        ("form[target]", "bot"),
        ("form[values][telegramFieldName]", "*T"),
    ];
    let (id, page) = visitor.draft("operator/save-profile", &typed).await;
    assert!(page.contains("A profile with this name already exists."), "{page}");
    assert!(!page.contains("telegramToken is missing") && page.contains("7001002003"));
    // The draft belongs to that profile only.
    let elsewhere = visitor.open(&format!("/profiles/new?draft={id}")).await.text;
    assert!(elsewhere.contains("no longer kept") && !elsewhere.contains("Taken"));
    server.stop().await;
}

#[tokio::test]
async fn a_draft_and_its_token_can_be_used_by_its_author_only() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let maker = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let other = Visitor::new(&server, "b@example.com", Role::Admin).await;
    let viewer = Visitor::new(&server, "c@example.com", Role::Viewer).await;
    let token = botfather();
    let typed = [("form[name]", ""), ("form[target]", "bot"), ("form[token]", token.as_str())];
    let (id, _) = maker.draft("operator/save-profile", &typed).await;
    for (visitor, words) in [(&other, "no longer kept"), (&viewer, "Your role does not allow this.")] {
        let page = visitor.open(&format!("/profiles/new?draft={id}")).await.text;
        assert!(page.contains(words) && !page.contains("7001002003:"), "{page}");
    }
    let stolen = [
        ("draft", id.as_str()),
        ("form[name]", "Stolen"),
        ("form[target]", "bot"),
        ("form[values][telegramFieldName]", "*T"),
    ];
    let (_, page) = other.draft("operator/save-profile", &stolen).await;
    assert!(page.contains("bot") && server.state.store.profiles.all().await.unwrap().is_empty());
    let asked = other.send("operator/verify-bot", &[("draft", id.as_str()), ("token", "")]).await;
    assert!(!asked.text.contains("salon"), "{}", asked.text);
    assert!(maker.open(&format!("/profiles/new?draft={id}")).await.text.contains("7001002003:AAH…abcd"));
    server.stop().await;
}

#[tokio::test]
async fn an_old_url_fills_the_form_and_both_messages_are_shown() {
    let telegram = BotApi::start().await;
    let server = TestServer::start(&telegram.url()).await;
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let url = format!(
        "https://hooks.old.example/webhook/telegram?telegramToken={TOKEN}&telegramFieldName =*TelegramId\
         &message=Вы%20<b>записаны</b>&hide_url=true&idInstance=77&hide_adress=true&errorEmail=ops@example"
    );
    let (id, page) = visitor.draft("operator/read-old-url", &[("form[target]", "sandbox"), ("url", &url)]).await;
    assert!(page.contains("7001002003:AAH…abcd"));
    assert!(has_value(&page, "form[name]", "Вы записаны"), "a name is proposed");
    assert!(page.contains("idInstance is for another messenger"));
    assert!(page.contains("hide_adress") && page.contains("errorEmail: “ops@example”"));
    assert!(page.contains("✓ The messages are the same. Checked with the samples: Appointment, Order"), "{page}");
    let saved = visitor
        .send(
            "operator/save-profile",
            &[
                ("draft", id.as_str()),
                ("form[name]", "Old"),
                ("form[target]", "bot"),
                ("form[values][telegramFieldName]", "*TelegramId"),
                ("form[values][message]", "Вы <b>записаны</b>"),
            ],
        )
        .await;
    assert!(saved.location.ends_with("/share"), "{}", saved.location);
    assert_eq!(server.state.store.profiles.all().await.unwrap().remove(0).profile.token.unwrap().expose(), TOKEN);
    server.stop().await;
}

#[tokio::test]
async fn an_invalid_old_url_is_reported_without_losing_input() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let token = botfather();
    let fields = [
        ("form[name]", "Typed before"),
        ("form[token]", token.as_str()),
        ("url", "https://hooks.example/h/k7Rm2Qx9TvB4nWpL"),
    ];
    let (_, page) = visitor.draft("operator/read-old-url", &fields).await;
    assert!(page.contains("This is a short URL") && has_value(&page, "form[name]", "Typed before"));
    assert!(page.contains("7001002003:AAH…abcd") && !page.contains("Not saved"));
    // With scripts the page itself keeps the input, so no draft is made.
    let request = with_form(server.http.post(server.url("/rpc/operator/read-old-url")), &fields)
        .header("cookie", &visitor.cookie);
    let answer = request.header("accept", "application/json").send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert!(!answer.text().await.unwrap().contains(SECRET));
    server.stop().await;
}

#[tokio::test]
async fn saving_an_outdated_form_shows_the_stored_values_and_either_version_can_be_kept() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("Bookings", true, &[]).await;
    let id = profile.id.to_string();
    let path = format!("/profiles/{id}");
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let base = async |path: &str| {
        let page = visitor.open(path).await.text;
        let tag = page.split('<').find(|tag| tag.contains("name=\"form[base]\"")).unwrap().to_owned();
        tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let first = base(&path).await;
    let form = |base: &str, message: &str, email: &str| {
        [
            ("id", id.as_str()),
            ("form[base]", base),
            ("form[name]", "Bookings"),
            ("form[target]", "sandbox"),
            ("form[values][telegramFieldName]", "*TelegramId"),
            ("form[values][message]", message),
            ("form[values][errorEmail]", email),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    let save = async |form: [(&'static str, String); 7]| {
        let fields = form.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        visitor.send("operator/save-profile", &fields).await
    };
    let stored = async || {
        let stored = server.state.store.profiles.get(profile.id).await.unwrap().unwrap();
        stored.profile.get(Parameter::Message).unwrap_or_default()
    };
    // Switching the endpoint off and on does not make the form outdated.
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await.unwrap();
    let saved = save(form(&first, "First & best", "ops@example.com")).await;
    assert_eq!((saved.status, saved.location.as_str()), (302, format!("{path}?saved").as_str()));

    let second = save(form(&first, "Second", "ops@example.com")).await;
    assert!(second.location.contains("?draft="), "{} {}", second.status, second.location);
    assert_eq!(stored().await, "First & best", "nothing is overwritten");
    let page = visitor.open(&second.location).await.text;
    let notice = page.split("id=\"outdated\"").nth(1).and_then(|rest| rest.split("</dl>").next()).unwrap();
    assert!(notice.contains("First &amp; best") && !notice.contains("ops@example.com"), "{notice}");
    assert!(page.contains(">Second</textarea>"), "what was typed stays: {page}");
    // Saving once more replaces the other version.
    let now = base(&second.location).await;
    assert_ne!(now, first);
    assert_eq!(save(form(&now, "Second", "ops@example.com")).await.location, format!("{path}?saved"));
    assert_eq!(stored().await, "Second");

    // A request from a script gets the same result as an error with a status.
    let fields = form(&first, "Third", "");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = server.http.post(server.url("/rpc/operator/save-profile")).header("cookie", &visitor.cookie);
    let answer = with_form(request, &fields).send().await.unwrap();
    assert_eq!(answer.status(), 409);
    let told = answer.text().await.unwrap();
    assert!(told.contains("Outdated") && told.contains("Second"), "{told}");
    let fields = form("", "", "ops@");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = server.http.post(server.url("/rpc/operator/save-profile")).header("cookie", &visitor.cookie);
    assert_eq!(with_form(request, &fields).send().await.unwrap().status(), 422, "a fault is no error of the server");
    server.stop().await;
}

#[tokio::test]
async fn a_profile_takes_all_events_or_the_selected_ones() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let visitor = Visitor::new(&server, "a@example.com", Role::Operator).await;
    let form = |choice: &'static str, marked: bool| {
        let mut fields = vec![
            ("form[name]", "A"),
            ("form[target]", "sandbox"),
            ("form[values][telegramFieldName]", "*T"),
            ("form[event_choice]", choice),
        ];
        fields.extend(marked.then_some(("form[events][3036]", "on")));
        fields
    };
    let (_, page) = visitor.draft("operator/save-profile", &form("marked", false)).await;
    assert!(page.contains("Select at least one event, or choose “All events”."), "{page}");
    let stored = async || server.state.store.profiles.by_name("A").await.unwrap().unwrap();
    visitor.send("operator/save-profile", &form("marked", true)).await;
    assert_eq!(stored().await.events, [EventType(3036)]);
    let id = stored().await.id.to_string();
    let page = visitor.open(&format!("/profiles/{id}")).await.text;
    let radio = |value: &str| {
        let tag = page
            .split('<')
            .find(|tag| tag.contains("form[event_choice]") && tag.contains(&format!("value=\"{value}\"")));
        tag.unwrap().contains("checked")
    };
    assert!(radio("marked") && !radio("all"), "{page}");
    assert!(page.contains("Cancellation") && page.contains("<small class=\"soft mono\">CaseCancel"), "{page}");
    // Selected event types are ignored while all events are chosen.
    let all = [&form("all", true)[..], &[("id", id.as_str())]].concat();
    visitor.send("operator/save-profile", &all).await;
    assert_eq!(stored().await.events, []);
    server.stop().await;
}
