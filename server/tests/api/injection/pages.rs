//! Text from outside never adds an element or an attribute to a page, and no link leads to another site.

use std::collections::BTreeSet;

use data_encoding::BASE64URL;
use hookgram::{
    channel::ChannelKind, parameters::Parameter, profile::EditedProfile, query, role::Role, secret::BotToken,
};
use serde_json::{Value, json};
use server::store::{StoredProfile, audit::COMMAND_LINE};

use super::{CORPUS, harmless};
use crate::{
    customers::{book, meet},
    person::Person,
    requests::judge_page,
    support::{
        BotApi, Play, TOKEN, TestServer, eventually, from_anywhere,
        html::{Tag, tags},
        trust_proxies,
    },
    visitor::Visitor,
};

/// Returns an event with this text in every text field.
pub fn saying(text: &str, chat: &str) -> Value {
    json!({
        "EventType": 3060, text: text,
        "CaseItem": {
            "Id": text, "ServiceId": text, "StartDate": "2024-05-08T08:15:00Z", "OrderNumber": {"FullNumber": text},
            "Place": text, "Description": text,
        },
        "Service": {"Id": text, "ItemInfo": {"Name": text}, "Place": text},
        "Resources": [{"Id": "1", "ItemInfo": {"Name": text}, "Description": text,
            "PriceProperties": {"SalePrice": 5, "CurrencyCode": text}}],
        "CaseParticipants": {"ItemId": text, "ContactInformation": {"Fields": [
            {"Name": "*TelegramId", "Value": chat}, {"Name": text, "Value": text},
        ]}},
    })
}

/// Stores a profile with this text in every text field except those for markup.
pub async fn profile_saying(server: &TestServer, text: &str, sandbox: bool) -> StoredProfile {
    use Parameter::{CaseTypeName, DetailSectionName, ErrorEmail, ResourceName, TimezoneName};
    let texts = [ResourceName, DetailSectionName, CaseTypeName, TimezoneName].map(|parameter| (parameter, text));
    let parameters =
        [&texts[..], &[(ErrorEmail, "ops@example.com"), (Parameter::Message, text), (Parameter::SignText, text)]]
            .concat();
    server.profile(text.trim(), sandbox, &parameters).await
}

/// A server that received each of these texts in every way.
struct House {
    server: TestServer,
    _api: BotApi,
    events: Vec<String>,
    profiles: Vec<i64>,
}

async fn house(texts: &[String]) -> House {
    let api = BotApi::start().await;
    let server = TestServer::start_with(&api.url(), trust_proxies).await;
    let (mut events, mut profiles) = (Vec::new(), Vec::new());
    let token = BotToken::parse(TOKEN).unwrap();
    server.state.store.bots.accepted(&token, &texts[2], &texts[3]).await.unwrap();
    for (number, text) in texts.iter().enumerate() {
        let profile = profile_saying(&server, text, true).await;
        let (status, answer) = server.post(&format!("/h/{}", profile.key), saying(text, "5").to_string()).await;
        assert_eq!(status, 200, "{text:?}: {answer}");
        events.push(answer["Id"].as_str().unwrap().to_owned());
        profiles.push(profile.id);
        // One participant is refused by Telegram, one has no chat, one event has an override, and one body is not an
        // event.
        let draft = EditedProfile {
            name: format!("{text} {number}"),
            enabled: Some(true),
            channel: ChannelKind::Telegram,
            bare_ids: None,
            bot: None,
            events: Vec::new(),
            profile: {
                let mut bot = profile.profile.clone();
                bot.set(Parameter::TelegramToken, TOKEN).unwrap();
                bot
            },
            key: None,
        };
        let id = server.state.store.profiles.put(None, &draft, &COMMAND_LINE).await.unwrap();
        let key = server.state.store.profiles.get(id).await.unwrap().unwrap().key;
        profiles.push(id);
        if number < 12 {
            // Telegram's description repeats the text.
            let words = CORPUS.iter().find(|known| text.starts_with(*known)).copied().unwrap_or("zq");
            api.next([Play::Refuse(403, words, json!({}))]);
            let chat = (100 + number).to_string();
            let (status, answer) = server.post(&format!("/h/{key}"), saying(text, &chat).to_string()).await;
            assert_eq!(status, 200, "{text:?}: {answer}");
            events.push(answer["Id"].as_str().unwrap().to_owned());
            eventually("its end", async || server.state.store.queue.totals().await.unwrap().open == 0).await;
        }
        for id in [i64::try_from(number).unwrap() + 100, 5] {
            meet(&server, id, text, text).await;
            book(&server, id, text, None).await;
        }
        let overriding = format!("/h/{key}?{0}={0}&message={0}&telegramFieldName={0}", query::encode(text));
        server.post(&overriding, saying(text, text).to_string()).await;
        server.post(&format!("/h/{key}"), saying(text, text).to_string()).await;
        server.post(&format!("/h/{key}"), text.clone()).await;
        let agent: String = text.chars().filter(|letter| !letter.is_control()).collect();
        let visitor = from_anywhere(server.http.post(server.url("/login")))
            .header("origin", &server.base)
            .header("user-agent", agent);
        let form = format!("email={0}&password={0}&next={0}", query::encode(text));
        visitor.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
    }
    House { server, _api: api, events, profiles }
}

/// Returns the pages that may show a value, with the requests for them.
fn addresses(house: &House, texts: &[String]) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = vec![
        ("sandbox", "/sandbox".into()),
        ("health", "/health".into()),
        ("unreachable", "/deliveries/unreachable".into()),
        ("customers", "/customers".into()),
        ("customers", "/customers?bot=7001002003".into()),
        ("customer", "/customers/5".into()),
        ("customer", "/customers/100".into()),
        ("erase question", "/deliveries/erase?chat=100".into()),
        ("audit", "/audit".into()),
        ("users", "/users".into()),
        ("account", "/account".into()),
        ("list", "/".into()),
        ("list", "/?page=2".into()),
        ("list", "/?page=3".into()),
        ("log", "/deliveries".into()),
        ("log", "/deliveries?outcome=rejected".into()),
        ("log", "/deliveries?outcome=failed".into()),
    ];
    for event in &house.events {
        all.push(("event", format!("/deliveries/{event}")));
        all.push(("event beside", format!("/deliveries?open={event}")));
        all.push(("payload", format!("/deliveries/{event}/payload")));
    }
    for id in &house.profiles {
        for (kind, end) in [("builder", ""), ("share", "/share"), ("key", "/key"), ("delete", "/delete")] {
            all.push((kind, format!("/profiles/{id}{end}")));
        }
    }
    for text in texts {
        let text = query::encode(text);
        for (kind, begin) in [
            ("list asked", "/?q="),
            ("list asked", "/?sort="),
            ("log asked", "/deliveries?q="),
            ("log asked", "/deliveries?chat="),
            ("log asked", "/deliveries?order="),
            ("log asked", "/deliveries?from="),
            ("audit asked", "/audit?q="),
            ("audit asked", "/audit?who="),
            ("erase asked", "/deliveries/erase?chat="),
            ("builder asked", "/profiles/new?from="),
            ("builder asked", "/profiles/new?draft="),
            ("builder asked", "/profiles/new?__path=/rpc/operator/save-profile&__err="),
            ("confirm asked", "/confirm?next="),
            ("customers asked", "/customers?q="),
            ("customers asked", "/customers?bot="),
            ("customers asked", "/customers?behind="),
            ("nothing", "/customers/"),
            ("nothing", "/profiles/"),
            ("nothing", "/users/"),
        ] {
            all.push((kind, format!("{begin}{text}")));
        }
    }
    all
}

/// Returns the shapes of the elements on each kind of page.
async fn shapes(
    house: &House,
    texts: &[String],
    mut judge: impl FnMut(&str, &[Tag]),
) -> BTreeSet<(&'static str, String)> {
    let admin = Person::new(&house.server, Role::Admin).await.anywhere();
    let mut shapes = BTreeSet::new();
    for (kind, path) in addresses(house, texts) {
        let response = admin.get(&path).await;
        let policy = format!("{:?}", response.headers().get("content-security-policy"));
        let status = response.status().as_u16();
        assert!(status < 500 && status != 429, "{path}: {status}");
        let page = response.text().await.unwrap();
        if let Some(nonce) = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()) {
            judge_page(&path, &page, nonce);
        }
        let tags = tags(&page);
        judge(&path, &tags);
        shapes.extend(tags.iter().map(|tag| (kind, tag.shape())));
    }
    // These forms are shown again with their input.
    for text in texts {
        let yaml = format!("profiles:\n- {}: {}\n", json!(text), json!(text));
        let forms = [
            ("import", "/profiles/import", vec![("text", text.as_str())]),
            ("import", "/profiles/import", vec![("text", &yaml)]),
            ("urls", "/profiles/urls", vec![("text", text.as_str())]),
            ("invite", "/users/invite", vec![("email", text), ("role", text)]),
            ("settings", "/settings", vec![("booking-url", text), ("smtp-url", text), ("max-body", text)]),
            ("password", "/account/password", vec![("current", text), ("new", text)]),
            ("act", "/deliveries/act", vec![("back", text), ("do", text), ("d-1", text)]),
            ("erase", "/deliveries/erase", vec![("chat", text)]),
        ];
        for (kind, path, fields) in forms {
            let page = admin.post(path, &fields).await;
            assert!(page.status().as_u16() < 500 && page.status() != 429, "{path} {text:?}: {}", page.status());
            let tags = tags(&page.text().await.unwrap());
            judge(path, &tags);
            shapes.extend(tags.iter().map(|tag| (kind, tag.shape())));
        }
        let visitor = Visitor::new(&house.server).anywhere();
        for (kind, path, fields) in [
            ("login", "/login", vec![("email", text.as_str()), ("password", text), ("next", text)]),
            ("forgot", "/forgot", vec![("email", text.as_str())]),
        ] {
            let tags = tags(&visitor.post(path, &fields).await.text);
            judge(path, &tags);
            shapes.extend(tags.iter().map(|tag| (kind, tag.shape())));
        }
    }
    shapes
}

#[tokio::test]
async fn text_from_outside_adds_no_element_and_no_attribute_to_any_page() {
    // Each page gets several texts at once, so that there are fewer pages. A text that breaks out does so among
    // others as well.
    let joined = |texts: Vec<String>| texts.chunks(5).map(|some| some.join(" ")).collect::<Vec<_>>();
    let harmless = joined(harmless());
    let quiet = house(&harmless).await;
    let known = shapes(&quiet, &harmless, |_, _| ()).await;
    quiet.server.stop().await;
    let texts = joined(CORPUS.iter().map(|text| (*text).to_owned()).collect());
    let loud = house(&texts).await;
    let mut seen = 0;
    let all = shapes(&loud, &texts, |path, tags| {
        for tag in tags {
            for (name, value) in &tag.attributes {
                seen += usize::from(value.contains("zq"));
                let leads = matches!(name.as_str(), "href" | "src" | "action" | "formaction");
                let bare: String = value.chars().filter(|letter| !letter.is_control() && *letter != ' ').collect();
                let is_safe = ["/", "?", "#", "https://", "http://", "tg://", "mailto:"]
                    .iter()
                    .any(|begin| bare.starts_with(begin));
                assert!(!leads || value.is_empty() || is_safe && !bare.starts_with("//"), "{path}: {tag:?}");
            }
            let is_data = tag.name == "script" && tag.value("type") == Some("application/json");
            assert!(
                !is_data || !tag.text.contains('<') && serde_json::from_str::<Value>(&tag.text).is_ok(),
                "{path}: {tag:?}"
            );
        }
    })
    .await;
    assert!(seen > 1_000, "the texts are on the pages: {seen}");
    let made: Vec<_> = all.difference(&known).collect();
    assert!(made.is_empty(), "{made:#?}");
    loud.server.stop().await;
}

#[tokio::test]
async fn an_error_in_an_address_is_shown_only_if_it_is_a_known_error() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let operator = Person::new(&server, Role::Operator).await;
    let page = async |error: &str| {
        let error = query::encode(&BASE64URL.encode(error.as_bytes()));
        operator.see(&format!("/profiles/new?__path=%2Frpc%2Foperator%2Fsave-profile&__err={error}")).await
    };
    let own = "Your role does not allow this";
    let shown = page("\"Forbidden\"").await;
    assert!(shown.contains(own), "{shown}");
    let fault = |field: &str| json!({"Invalid": [{"field": field, "sentence": "Call zq to keep your account"}]});
    for error in [
        fault("").to_string(),
        fault("telegramToken").to_string(),
        fault("url").to_string(),
        "Call zq".to_owned(),
        json!({"Other": "Call zq"}).to_string(),
    ] {
        let page = page(&error).await;
        assert!(!page.contains("zq") && !page.contains(own), "{error}");
        assert!(
            page.contains("<div role=\"alert\" id=\"not-saved\" tabindex=\"-1\" hidden class=\"notice bad\">"),
            "{error}: {page}"
        );
    }
    server.stop().await;
}
