use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::{
    booking::{
        BookingField, COMMAND_DESCRIPTION_LENGTH, DEFAULT_HOST, DESCRIPTION_LENGTH, FieldName, SHORT_DESCRIPTION_LENGTH,
    },
    channel::Limits,
    message::Outgoing,
    values::{ChatId, TimeZone},
};

const LANGUAGES: [Language; 2] = [Language::Ru, Language::En];
const IDS: [&str; 3] =
    ["1b5f03ed96001255550ebaa2c51b7d31", "1b5f03ec663a8071791d2443cf3e799c", "2c5f03ec663a8071791d2443cf3e799c"];

fn id(index: usize) -> ServiceId {
    ServiceId::parse(IDS[index]).expect("an id")
}

/// A bot with the first `services` of three services.
fn bot(services: usize) -> BookingBot {
    let titles =
        [("Женская стрижка", None), ("Маникюр <классика> & уход", Some("<b>60 минут</b>, мастер Анна")), ("SPA", None)];
    let service = |(index, (title, text)): (usize, (&str, Option<&str>))| Service {
        id: id(index),
        title: title.to_owned(),
        text: text.map(str::to_owned),
    };
    let services = titles.into_iter().enumerate().take(services).map(service).collect();
    BookingBot { services, first_name_field: FieldName::parse("Имя").ok(), ..BookingBot::default() }
}

struct Scene {
    bot: BookingBot,
    formatting: Formatting,
    chat: CodedChat,
}

impl Scene {
    fn new(bot: BookingBot) -> Self {
        let chat = CodedChat::new(100_200_300, "Abcdefgh0123").expect("a chat");
        Self { bot, formatting: Formatting::default(), chat }
    }

    fn context(&self, language: Language) -> Context<'_> {
        Context {
            bot: &self.bot,
            bot_username: "salon_bot",
            host: DEFAULT_HOST,
            formatting: &self.formatting,
            chat: &self.chat,
            first_name: Some("Анна"),
            language,
        }
    }
}

fn html(reply: &Reply) -> String {
    let parts = reply.text.parts(&Limits::TELEGRAM);
    parts.iter().map(|part| part.html()).collect::<Vec<_>>().join("\n---\n")
}

fn written(reply: &Reply) -> String {
    let mut text = html(reply) + "\n";
    for button in &reply.keyboard {
        let (kind, url) = match &button.target {
            ButtonTarget::WebApp(url) => ("web_app", url),
            ButtonTarget::Url(url) => ("url", url),
        };
        _ = writeln!(text, "[{}] {kind} {url}", button.text);
    }
    text
}

fn bookings() -> Vec<Booking> {
    let full = Booking {
        start: Some(1_715_156_100_000),
        service_name: Some("Стрижка <b>& укладка".to_owned()),
        number: Some("№180".to_owned()),
        link: Some("https://torrow.net/app/tabs/tab-search/case;id=1b5f03ec663a8071791d2443cf3e799c".to_owned()),
    };
    let bare = Booking { number: Some("№181".to_owned()), ..Booking::default() };
    vec![full, bare, Booking::default()]
}

fn chat(scene: &Scene, language: Language) -> String {
    let context = scene.context(language);
    let three = bookings();
    let start = |index: usize| Command::Start(Some(id(index)));
    let mut page = String::new();
    let mut say = |heading: &str, reply: Reply| _ = writeln!(page, "=== {heading}\n{}", written(&reply));
    for (heading, command, standing, bookings) in [
        ("/start", Command::Start(None), Standing::New, &[][..]),
        ("/start with the first service", start(0), Standing::New, &[]),
        ("/start with the second service", start(1), Standing::Subscribed, &[]),
        ("/start again", Command::Start(None), Standing::Subscribed, &[]),
        ("/services", Command::Services, Standing::Subscribed, &[]),
        ("/my without bookings", Command::My, Standing::Subscribed, &[]),
        ("/my", Command::My, Standing::Subscribed, three.as_slice()),
        ("/help", Command::Help, Standing::Subscribed, &[]),
        ("anything else", Command::Other, Standing::Subscribed, &[]),
        ("/stop", Command::Stop, Standing::Subscribed, &[]),
        ("/services after /stop", Command::Services, Standing::Stopped, &[]),
        ("/start after /stop", Command::Start(None), Standing::Stopped, &[]),
        ("/start with the first service after /stop", start(0), Standing::Stopped, &[]),
    ] {
        say(heading, answer(&command, &context, standing, bookings));
    }
    let mut staffed = scene.bot.clone();
    staffed.staff_chat = Some(ChatId::Number(-100_200));
    let context = Context { bot: &staffed, ..context };
    say("/help, with staff", help(&context));
    say("anything else, with staff", anything_else(&context));
    say("in a group", group("salon_bot", language));
    _ = writeln!(page, "=== at Telegram\n{:?}", menu_button(&context));
    for (name, description) in commands(language) {
        _ = writeln!(page, "/{name} {description}");
    }
    _ = writeln!(page, "{}\n{}", description(language), short_description(language));
    page
}

#[test]
fn all_replies_match_the_snapshots_in_both_languages() {
    for (count, name) in [(1, "one_service"), (3, "three_services")] {
        let scene = Scene::new(bot(count));
        let pages: String =
            LANGUAGES.map(|language| format!("##### {language:?}\n{}", chat(&scene, language))).concat();
        insta::assert_snapshot!(name, pages);
    }
}

#[test]
fn the_language_code_selects_russian_or_english() {
    for code in
        [None, Some(""), Some("ru"), Some("RU-ru"), Some("uk"), Some("be_BY"), Some("kk"), Some("hy"), Some("tt")]
    {
        assert_eq!(language_of(code), Language::Ru, "{code:?}");
    }
    for code in ["en", "de", "pt-br", "zh-hans", "x"] {
        assert_eq!(language_of(Some(code)), Language::En, "{code}");
    }
}

#[test]
fn the_operators_texts_replace_the_defaults_of_their_language() {
    let mut scene = Scene::new(bot(3));
    for (field, text) in [
        (BookingField::GreetingRu, "<b>Салон «Анна»</b>\nЖдём вас"),
        (BookingField::ButtonRu, "Выбрать <время>"),
        (BookingField::HelpRu, "Звоните: +7 916"),
    ] {
        scene.bot.set(field, text).expect("a good value");
    }
    let russian = scene.context(Language::Ru);
    assert_eq!(html(&greeting(&russian)), "<b>Салон «Анна»</b>\nЖдём вас");
    assert_eq!(one_service(&russian, &id(0), Standing::New).keyboard[0].text, "Выбрать <время>");
    assert!(html(&help(&russian)).starts_with("Звоните: +7 916\n\n/services — "));
    let english = scene.context(Language::En);
    assert!(html(&greeting(&english)).starts_with("Hello, Анна!"));
    assert_eq!(one_service(&english, &id(0), Standing::New).keyboard[0].text, "Book");
}

#[test]
fn a_greeting_that_is_not_well_formed_is_sent_as_typed() {
    let mut scene = Scene::new(bot(1));
    for (text, expected) in [("1 < 2", "1 &lt; 2"), ("<b>Привет", "&lt;b&gt;Привет")] {
        scene.bot.greeting.ru = Some(text.to_owned());
        assert_eq!(html(&greeting(&scene.context(Language::Ru))), expected);
    }
    scene.bot.greeting.ru = Some("<b> </b>".to_owned());
    assert!(html(&greeting(&scene.context(Language::Ru))).starts_with("Здравствуйте, Анна!"));
}

#[test]
fn a_first_name_is_never_parsed_as_markup() {
    let scene = Scene::new(bot(1));
    let hello = |name: Option<&str>| {
        let text = html(&greeting(&Context { first_name: name, ..scene.context(Language::Ru) }));
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(hello(Some("<b>&{}")), "Здравствуйте, &lt;b&gt;&amp;{}!");
    assert_eq!(hello(Some(" Анна\n\u{202e}")), "Здравствуйте, Анна!");
    for nameless in [None, Some(""), Some("\u{200b} ")] {
        assert_eq!(hello(nameless), "Здравствуйте!");
    }
}

#[test]
fn a_service_that_is_not_offered_gets_the_greeting() {
    let scene = Scene::new(bot(1));
    let context = scene.context(Language::Ru);
    let start = Command::Start(Some(id(2)));
    assert_eq!(answer(&start, &context, Standing::New, &[]), greeting(&context));
    assert_eq!(answer(&start, &context, Standing::Stopped, &[]), welcome_back(&context, None));
}

#[test]
fn the_only_service_has_its_own_reply_if_it_has_a_text() {
    let mut scene = Scene::new(bot(1));
    let start = Command::Start(Some(id(0)));
    let context = scene.context(Language::Ru);
    assert_eq!(answer(&start, &context, Standing::New, &[]), greeting(&context));
    scene.bot.services[0].text = Some("<i>60 минут</i>".to_owned());
    let reply = answer(&start, &scene.context(Language::Ru), Standing::New, &[]);
    assert_eq!(html(&reply), "Здравствуйте, Анна!\n\n<b>Женская стрижка</b>\n\n<i>60 минут</i>");
}

#[test]
fn a_bot_without_services_says_so() {
    let scene = Scene::new(bot(0));
    let context = scene.context(Language::Ru);
    for reply in [greeting(&context), services(&context, Standing::Subscribed), my_bookings(&context, &[])] {
        assert!(html(&reply).contains("недоступна") && reply.keyboard.is_empty());
    }
    assert_eq!(menu_button(&context), MenuButton::Commands);
}

#[test]
fn a_page_without_https_opens_in_the_browser() {
    let scene = Scene::new(bot(1));
    let context = Context { host: "http://127.0.0.1:3000", ..scene.context(Language::Ru) };
    let keyboard = greeting(&context).keyboard;
    assert!(matches!(&keyboard[0].target, ButtonTarget::Url(url) if url.starts_with("http://127.0.0.1:3000/service/")));
    assert_eq!(menu_button(&context), MenuButton::Commands);
}

#[test]
fn a_service_without_a_title_has_a_button_with_the_default_text() {
    let mut scene = Scene::new(bot(3));
    scene.bot.services[1].title = " \u{200b}".to_owned();
    let texts: Vec<String> =
        greeting(&scene.context(Language::En)).keyboard.into_iter().map(|button| button.text).collect();
    assert_eq!(texts, ["Женская стрижка", "Book", "SPA"]);
}

#[test]
fn dates_are_in_the_profiles_zone_and_the_customers_language() {
    let mut scene = Scene::new(bot(1));
    scene.formatting.time_zone = TimeZone::parse("Asia/Yekaterinburg").expect("a zone");
    scene.formatting.time_zone_name = Some("Екб".to_owned());
    let when = |language| html(&my_bookings(&scene.context(language), &bookings()[..1]));
    assert!(when(Language::Ru).contains("среда, 8 мая 2024 г., 13:15 (Екб)"));
    assert!(when(Language::En).contains("Wednesday, May 8, 2024, 1:15 PM (GMT+5)"));
}

#[test]
fn a_long_list_of_bookings_is_shortened_to_fit_one_message() {
    let scene = Scene::new(bot(1));
    let long =
        Booking { service_name: Some("я".repeat(5000)), number: Some("№".repeat(500)), ..bookings().remove(0) };
    let reply = my_bookings(&scene.context(Language::Ru), &vec![long; 13]);
    assert!(html(&reply).ends_with("И ещё записей: 3"));
    assert_eq!(
        my_bookings(&scene.context(Language::Ru), &vec![Booking::default(); 10]).text.parts(&Limits::TELEGRAM).len(),
        1
    );
}

#[test]
fn commands_and_descriptions_fit_the_bot_api_limits() {
    for language in LANGUAGES {
        assert!((1..=DESCRIPTION_LENGTH).contains(&description(language).chars().count()));
        assert!((1..=SHORT_DESCRIPTION_LENGTH).contains(&short_description(language).chars().count()));
        for (name, description) in commands(language) {
            assert!((1..=COMMAND_DESCRIPTION_LENGTH).contains(&description.chars().count()));
            assert_ne!(parse(&format!("/{name}"), "salon_bot"), Command::Other);
        }
    }
}

proptest! {
    #[test]
    fn external_texts_never_break_a_reply(name in "\\PC{0,80}", title in "\\PC{0,80}", text in "(<b>|</b>|&|<|\\PC){0,40}") {
        let mut scene = Scene::new(bot(3));
        scene.bot.services[0].title = title.clone();
        scene.bot.services[0].text = Some(text.clone());
        scene.bot.greeting.en = Some(text);
        let booking = Booking { service_name: Some(title.clone()), number: Some(name.clone()), link: Some(title), start: Some(i64::MAX) };
        for language in LANGUAGES {
            let context = Context { first_name: Some(&name), ..scene.context(language) };
            for command in [Command::Start(None), Command::Start(Some(id(0))), Command::Services, Command::My, Command::Help] {
                for standing in [Standing::New, Standing::Subscribed, Standing::Stopped] {
                    let reply = answer(&command, &context, standing, std::slice::from_ref(&booking));
                    let parts = reply.text.parts(&Limits::TELEGRAM);
                    prop_assert_eq!(parts.len(), 1);
                    prop_assert!(reply.keyboard.iter().all(|button| !is_blank(&button.text)));
                    let html = parts[0].html();
                    prop_assert!(html::parse(&html).is_ok(), "{}", html);
                    let body = Outgoing { chat: "1", text: &html, html: true }.body_with(&reply.keyboard);
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
                }
            }
        }
    }
}
