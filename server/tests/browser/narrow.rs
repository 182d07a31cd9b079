//! Every page at the narrowest width that WCAG asks for (1.4.10), in both languages: nothing scrolls sideways.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter, setting::Setting, values::Language};
use secrecy::SecretString;
use serde_json::json;
use server::{
    router,
    store::{Contact, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    driver::Browser,
    scenes::{browser, sign_in},
    support::{BotApi, Play, TestServer, event},
};

/// A text that has no place for a line break.
const LONG: &str = "Записьвстудиюкоторуюназвалиоченьдлиннымсловомбезпробелов@@@@@@@@@@@@";

/// Starts a server in which each page shows something, mostly texts that are hard to break into lines.
async fn furnished(telegram: &BotApi) -> Result<(TestServer, Vec<(&'static str, String)>)> {
    let server = TestServer::start(&telegram.url()).await;
    let store = &server.state.store;
    let texts = [
        (Parameter::Message, LONG),
        (Parameter::ErrorEmail, "an-address-that-is-longer-than-most@notifications.example.com"),
    ];
    let profile = server.profile(LONG, false, &texts).await;
    telegram.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", json!({}))]);
    let (_, answer) = server.post(&format!("/h/{}", profile.key), event("1281", &["482113907"])).await;
    server.wait_for_state(DeliveryState::Failed).await;
    let who = Contact {
        id: 482_113_907,
        first_name: LONG.to_owned(),
        last_name: String::new(),
        username: "anna_k".to_owned(),
        language: "ru".to_owned(),
    };
    store.customers.met(BotApi::BOT, &who, true, now()).await?;
    let settings = [
        (
            Setting::SmtpUrl,
            "smtps://an-address-that-is-longer-than-most%40notifications.example.com:x@smtp.notifications.example.com",
        ),
        (Setting::MailFrom, "Hookgram <an-address-that-is-longer-than-most@notifications.example.com>"),
    ];
    let settings = settings.map(|(setting, text)| (setting, SecretString::from(text)));
    ensure!(server.state.settings.change(store, &COMMAND_LINE, &settings).await.is_ok());
    let event = answer["Id"].as_str().context("no id")?.to_owned();
    // The longest path is first, because it is matched first.
    let ids = vec![
        ("/deliveries/work/", "1".to_owned()),
        ("/deliveries/", event),
        ("/profiles/", profile.id.to_string()),
        ("/bots/", BotApi::BOT.to_string()),
        ("/customers/", "482113907".to_owned()),
        ("/users/", "1".to_owned()),
    ];
    Ok((server, ids))
}

fn pages(ids: &[(&str, String)]) -> Vec<String> {
    let is_page = |path: &str| {
        ![
            "/live/",
            "/rpc/",
            "/pkg/",
            "/h",
            "/webhook",
            "/telegram",
            "/healthz",
            "/readyz",
            "/metrics",
            "/favicon",
            "/robots",
        ]
        .iter()
        .any(|beginning| path.starts_with(beginning) && !path.starts_with("/health"))
            && !path.contains('.')
            && !path.ends_with("/export")
            && path != "/profiles/names"
    };
    let routes = router::table().into_iter().filter(|route| route.method == "GET" && is_page(&route.path));
    let address = |path: String| {
        let id = ids.iter().find(|(beginning, _)| path.starts_with(beginning)).map_or("1", |(_, id)| id.as_str());
        let query = match path.as_str() {
            "/deliveries/erase" => "?chat=482113907",
            "/deliveries/all" => "?do=replay&outcome=failed",
            _ => "",
        };
        format!("{}{query}", path.replace("{id}", id).replace("{code}", "x"))
    };
    let more = [
        "/deliveries?named=zzz",
        "/deliveries?open=EVENT",
        "/profiles/new?from=url",
        "/audit?kind=settings",
        "/there-is-no-such-page",
    ];
    let event = ids.iter().find(|(of, _)| *of == "/deliveries/").map_or("", |(_, id)| id.as_str());
    routes.map(|route| address(route.path.to_string())).chain(more.map(|path| path.replace("EVENT", event))).collect()
}

/// Returns how much wider than the window the page is, and the elements that reach out of it, except parts that
/// scroll by themselves.
const WIDER: &str = "
    const { scrollWidth, clientWidth } = document.documentElement;
    const wider = scrollWidth - Math.min(clientWidth, innerWidth);
    if (wider <= 0) return null;
    const scrolls = one => one && one !== document.body && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
    const reaches = one => one.getBoundingClientRect().right > clientWidth + 1 && !scrolls(one.parentElement);
    const out = [...document.querySelectorAll('main, main *')].filter(reaches).pop();
    return `${wider} px: ${out?.outerHTML.slice(0, 300)}`;";

async fn look(browser: &Browser, server: &TestServer, paths: &[String], found: &mut Vec<String>) -> Result<()> {
    for path in paths {
        browser.open(&server.url(path)).await?;
        browser.script("document.querySelectorAll('main details').forEach((one) => one.open = true)").await?;
        let wider = browser.script(WIDER).await?;
        if let Some(wider) = wider.as_str() {
            found.push(format!("{path}: {wider}"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_page_scrolls_sideways_at_320_pixels_in_either_language() -> Result<()> {
    let telegram = BotApi::start().await;
    let mut found = Vec::new();
    for language in [Language::Ru, Language::En] {
        let empty = TestServer::start("http://127.0.0.1:9").await;
        let browser = browser(language).await?;
        browser.screen(320, 640, true).await?;
        look(&browser, &empty, &["/login".to_owned(), "/forgot".to_owned(), "/setup/x".to_owned()], &mut found).await?;
        sign_in(&empty, &browser).await?;
        let unseen: Vec<String> = ["/", "/health", "/settings", "/deliveries", "/bots"].map(str::to_owned).into();
        look(&browser, &empty, &unseen, &mut found).await?;
        empty.stop().await;

        let (server, ids) = furnished(&telegram).await?;
        let paths = pages(&ids);
        ensure!(paths.len() > 40 && paths.iter().any(|path| path == "/settings"), "{paths:?}");
        sign_in(&server, &browser).await?;
        look(&browser, &server, &paths, &mut found).await?;
        server.stop().await;
    }
    ensure!(found.is_empty(), "{found:#?}");
    Ok(())
}
