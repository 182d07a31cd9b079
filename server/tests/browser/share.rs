//! A profile's address: the first event marks the page as connected, on a phone and without scripts too; and the chat
//! for tests is found by a link.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, role::Role};
use serde_json::{Value, json};
use server::store::{StoredProfile, audit::COMMAND_LINE};

use crate::{
    driver::Browser,
    support::{BotApi, TestServer, event},
    walk,
};

async fn sign_in(server: &TestServer, browser: &Browser) -> Result<()> {
    let email = "operator@example.com";
    let id = match server.state.store.accounts.user_by_email(email).await? {
        Some(user) => user.account.id,
        None => server.state.store.accounts.add_user(email, Role::Operator, None, &COMMAND_LINE).await?.id,
    };
    walk::enter(server, browser, id).await
}

async fn open(server: &TestServer, browser: &Browser, profile: &StoredProfile) -> Result<()> {
    browser.open(&server.url(&format!("/profiles/{}/share", profile.id))).await
}

async fn no_sideways_scroll(browser: &Browser) -> Result<()> {
    let overflow = browser.script("return document.documentElement.scrollWidth - innerWidth").await?;
    ensure!(overflow.as_i64().is_some_and(|px| px <= 0), "{overflow} px too wide");
    Ok(())
}

/// Waits until the page receives change notifications.
async fn is_listening(server: &TestServer, browser: &Browser) -> Result<()> {
    browser.wait("the page to listen", async |_| Ok((server.state.changes.listeners() > 0).then_some(()))).await
}

/// Returns `/start` with a code, as a person's Telegram sends it.
fn pressed(code: &str, chat: i64, name: &str) -> Value {
    json!({"message_id": 1, "date": 1, "from": {"id": chat, "first_name": name},
        "chat": {"id": chat, "type": "private", "first_name": name}, "text": format!("/start {code}")})
}

/// Returns the code of the link on the page.
async fn shown_code(browser: &Browser) -> Result<String> {
    let link = browser.text(".chat-link").await?;
    let code = link.strip_prefix("t.me/salon_bot?start=").with_context(|| format!("a link to the bot: {link}"))?;
    Ok(code.to_owned())
}

#[tokio::test]
async fn the_first_event_marks_the_page_as_connected() -> Result<()> {
    for (language, phone, words) in [
        ("ru", false, ["Ждём первое событие", "Всё подключено", "Доставлено", "Отправлять некому"]),
        ("en", true, ["Waiting for the first event", "Connected", "Delivered", "There is nobody to write to"]),
    ] {
        let [waits, connected, delivered, refused] = words;
        let server = TestServer::start("http://127.0.0.1:1").await;
        let browser = Browser::start(language).await?;
        if phone {
            browser.as_phone().await?;
        }
        sign_in(&server, &browser).await?;
        let profile = server.profile("Записи", true, &[]).await;
        open(&server, &browser, &profile).await?;
        browser.see(waits).await?;
        is_listening(&server, &browser).await?;
        browser.click(".qr-fold summary").await?;
        browser.find(".qr").await?;
        browser.screenshot(&format!("share-waiting-{language}")).await?;
        no_sideways_scroll(&browser).await?;

        let endpoint = format!("/h/{}", profile.key);
        server.post(&endpoint, event("№181", &["100200300"])).await;
        browser.see(connected).await?;
        browser.see(delivered).await?;
        browser.find(".newest.ok").await?;
        ensure!(browser.text(".newest").await?.contains("№181"));
        for theme in ["light", "dark"] {
            browser.dark(theme == "dark").await?;
            browser.screenshot(&format!("share-green-{language}-{theme}")).await?;
        }

        server.post(&endpoint, event("№182", &[])).await;
        browser.see(refused).await?;
        browser.find(".newest.bad").await?;
        no_sideways_scroll(&browser).await?;
        browser.no_errors().await?;
        server.stop().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_that_lost_its_connection_shows_events_that_arrived_meanwhile() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_owned();
    let server = TestServer::start_with("http://127.0.0.1:1", |config| config.data_dir.clone_from(&data)).await;
    let browser = Browser::start("en").await?;
    sign_in(&server, &browser).await?;
    let profile = server.profile("Bookings", true, &[]).await;
    open(&server, &browser, &profile).await?;
    browser.see("Waiting for the first event").await?;
    is_listening(&server, &browser).await?;
    let address = server.base.trim_start_matches("http://").parse()?;
    // The page stays open while the server restarts.
    server.stop().await;
    let server = TestServer::start_with("http://127.0.0.1:1", |config| {
        config.data_dir.clone_from(&data);
        config.listen = address;
    })
    .await;
    server.post(&format!("/h/{}", profile.key), event("№181", &["5"])).await;
    browser.see("Connected").await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn the_share_page_works_without_scripts() -> Result<()> {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let browser = Browser::start("ru").await?;
    browser.scripts(false).await?;
    sign_in(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[]).await;
    server.state.store.profiles.set_enabled(profile.id, false, &COMMAND_LINE).await?;
    open(&server, &browser, &profile).await?;
    browser.see("Профиль выключен").await?;
    browser.click_text("Включить профиль").await?;
    browser
        .wait("the profile to be switched on", async |_| {
            Ok((!browser.text("main").await?.contains("Профиль выключен")).then_some(()))
        })
        .await?;
    browser.see("Как подключить в Torrow").await?;
    browser.see("Ждём первое событие").await?;
    server.post(&format!("/h/{}", profile.key), event("№181", &["5"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    browser.click_text("Проверить ещё раз").await?;
    browser.see("Всё подключено").await
}

#[tokio::test]
async fn the_chat_for_tests_is_found_by_a_link() -> Result<()> {
    let telegram = BotApi::start().await;
    let server = TestServer::start(&telegram.url()).await;
    let browser = Browser::start("en").await?;
    sign_in(&server, &browser).await?;
    let profile = server.profile("Bookings", false, &[]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    browser.find(".segment:not(:disabled)").await?;

    telegram.set_webhook("https://lms.example.com/secret");
    browser.click_text("Find my chat").await?;
    browser.see("Another system receives this bot's messages (lms.example.com)").await?;
    browser.screenshot("chat-webhook").await?;
    telegram.set_webhook("");

    browser.click_text("Find my chat").await?;
    browser.see("Waiting for you to press Start").await?;
    browser.find(".chat-links .qr").await?;
    for theme in ["light", "dark"] {
        browser.dark(theme == "dark").await?;
        browser.screenshot(&format!("chat-waiting-{theme}")).await?;
    }
    let code = shown_code(&browser).await?;
    telegram.write([pressed("another", 7, "Борис"), pressed(&code, 482_113_907, "Анна")]);
    browser.see("Found: Анна").await?;
    ensure!(browser.value("#test-chat").await? == "482113907");
    browser.click_text("Send test").await?;
    browser.see("Telegram accepted the message").await?;
    ensure!(telegram.messages()[0]["chat_id"] == "482113907");
    browser.as_phone().await?;
    no_sideways_scroll(&browser).await?;
    browser.no_errors().await
}

#[tokio::test]
async fn the_chat_is_found_without_scripts_on_a_separate_page() -> Result<()> {
    let telegram = BotApi::start().await;
    let server = TestServer::start(&telegram.url()).await;
    let browser = Browser::start("ru").await?;
    sign_in(&server, &browser).await?;
    let profile = server.profile("Записи", false, &[]).await;
    browser.scripts(false).await?;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    browser.click_text("Найти мой чат").await?;
    browser.newest_tab().await?;
    browser.see("Ждём, когда вы нажмёте").await?;
    browser.screenshot("chat-page").await?;
    telegram.write([pressed(&shown_code(&browser).await?, 482_113_907, "Анна")]);
    browser.click_text("Готово, «Старт» нажат").await?;
    browser.see("Нашли: Анна").await?;
    browser.see("482113907").await?;

    browser.open(&server.url("/find-chat/webhook")).await?;
    browser.see("Введите Telegram id сами").await
}

#[tokio::test]
async fn a_sample_is_sent_to_the_found_chat_and_a_second_text_gets_its_url() -> Result<()> {
    for (language, scripts) in [("ru", true), ("en", false)] {
        let telegram = BotApi::start().await;
        let server = TestServer::start(&telegram.url()).await;
        let browser = Browser::start(language).await?;
        sign_in(&server, &browser).await?;
        let profile = server.profile("Записи", false, &[]).await;
        if scripts {
            // A test message from the builder makes the page remember the chat.
            browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
            browser.find(".segment:not(:disabled)").await?;
            browser.click_text("Найти мой чат").await?;
            let code = shown_code(&browser).await?;
            telegram.write([pressed(&code, 482_113_907, "Анна")]);
            browser.see("Нашли: Анна").await?;
        } else {
            browser.scripts(false).await?;
        }
        open(&server, &browser, &profile).await?;
        let known = browser.value("#sample-chat").await?;
        ensure!(known == if scripts { "482113907" } else { "" }, "{known}");
        if !scripts {
            browser.fill("#sample-chat", "482113907").await?;
        }
        browser.click("#sample form button").await?;
        browser.find("#sample .sample-sent a[href^='/deliveries/']").await?;
        server.wait_for_state(DeliveryState::Delivered).await;
        if scripts {
            browser.see("Доставлено").await?;
        }
        ensure!(telegram.messages()[0]["chat_id"] == "482113907");
        ensure!(browser.value("#sample-chat").await? == "482113907");

        browser.fill("#second-message", if scripts { "Перенос {name}" } else { "Moved {name}" }).await?;
        browser.click("#second form button").await?;
        browser.find("#second .field-warning").await?;
        let url = browser.value("#second .second-result textarea").await?;
        ensure!(url.ends_with("%20%7Bname%7D"), "{url}");
        ensure!(browser.text("#second .bubble").await?.contains("{name}"));
        for (width, height) in [(1280, 900), (390, 844)] {
            browser.screen(width, height, width < 600).await?;
            no_sideways_scroll(&browser).await?;
            browser.screenshot(&format!("share-second-{language}-{width}")).await?;
        }
        browser.as_desktop().await?;
        browser.no_errors().await?;
        server.stop().await;
    }
    Ok(())
}
