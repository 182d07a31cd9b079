//! Complete user journeys: from the setup link to a message, with a bot and without, without scripts and on a phone.

use anyhow::{Context as _, Result, anyhow, ensure};
use hookgram::{delivery::DeliveryState, message::Part};
use server::{
    secrets::codes,
    store::{LinkKind, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    driver::Browser,
    support::{BotApi, REFERENCE_MESSAGE, TOKEN, TestServer, event, reference_event},
};

const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "корова лампа окно 12";

/// Starts a server without accounts and a browser at its address.
pub async fn arrive(languages: &str, telegram: &str) -> Result<(TestServer, Browser)> {
    let server = TestServer::start(telegram).await;
    let browser = Browser::start(languages).await?;
    Ok((server, browser))
}

/// Follows the setup link and creates the first account.
pub async fn set_up(server: &TestServer, browser: &Browser) -> Result<()> {
    browser.open(server.setup_link.as_deref().context("no set-up link")?).await?;
    browser.fill("[name=email]", EMAIL).await?;
    browser.fill("[name=password]", PASSWORD).await?;
    browser.click("main button.primary").await?;
    browser.find(".top").await?;
    Ok(())
}

/// Signs an account in by a one-time link.
pub async fn enter(server: &TestServer, browser: &Browser, account: i64) -> Result<()> {
    let code = codes::secret();
    let link = NewLink {
        code_hash: &codes::hash(&code),
        kind: LinkKind::SignIn,
        user_id: Some(account),
        expires_at: now() + 60_000,
    };
    server.state.store.accounts.add_link(link, &COMMAND_LINE).await?;
    browser.open(&server.url(&format!("/login?code={code}"))).await
}

/// Waits until WebAssembly has taken the builder over, which is when its buttons can be clicked.
pub async fn builder_is_live(browser: &Browser) -> Result<()> {
    browser.find(".segment:not(:disabled)").await.map(drop)
}

async fn short_url(browser: &Browser) -> Result<String> {
    let url = browser.value(".share-url input").await?;
    ensure!(url.contains("/h/"), "a short URL: {url}");
    Ok(url)
}

pub async fn post(server: &TestServer, url: &str, body: String) -> Result<()> {
    let response = server.http.post(url).header("Content-Type", "application/json").body(body).send().await?;
    let (status, answer) = (response.status(), response.text().await?);
    ensure!(status == 200, "{status} {answer}");
    Ok(())
}

#[tokio::test]
async fn a_person_gets_from_the_setup_link_to_a_message_in_the_sandbox() -> Result<()> {
    let (server, browser) = arrive("ru,en", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.see("Здесь появятся ваши профили").await?;
    browser.screenshot("profiles-empty").await?;
    ensure!(browser.text(".empty .primary").await? == "Создать первый профиль", "one action is the primary one");
    browser.click_text("Создать первый профиль").await?;

    builder_is_live(&browser).await?;
    browser.fill("[name='form[name]']", "Записи в студию").await?;
    browser.click("[value=sandbox]").await?;
    let bubble = browser.text(".bubble").await?;
    ensure!(!bubble.contains("Вы записаны"), "{bubble}");
    browser.fill("#field-message", "Вы записаны!").await?;
    browser
        .wait("the preview to say it", async |_| {
            let bubble = browser.text(".bubble").await?;
            Ok((bubble.contains("Вы записаны!") && bubble.contains("Детали записи")).then_some(()))
        })
        .await?;

    // A switch removes its line. While the switch has the focus, the line is marked in the bubble.
    ensure!(browser.text(".bubble").await?.contains("Длительность"));
    browser.click("[name='form[shown][hide_order_duration]']").await?;
    browser
        .wait("the duration to go", async |_| {
            Ok((!browser.text(".bubble").await?.contains("Длительность")).then_some(()))
        })
        .await?;
    browser.click("[name='form[shown][hide_order_duration]']").await?;
    let marked = browser.text(".bubble .marked").await?;
    ensure!(marked.starts_with("Длительность"), "{marked}");

    browser.click_text("Заказ").await?;
    browser.see("Детали заказа").await?;

    browser.fill("#field-errorEmail", "ops@example").await?;
    browser.click("#field-message").await?;
    browser.find("#field-errorEmail[aria-invalid=true]").await?;
    browser.fill("#field-errorEmail", "ops@example.com").await?;
    browser
        .wait("the fault to go", async |_| {
            Ok((browser.script("return document.querySelectorAll('[aria-invalid=true]').length").await? == 0)
                .then_some(()))
        })
        .await?;

    browser.fill("#test-chat", "100200300").await?;
    browser.click_text("Отправить тест").await?;
    browser.see("Сообщение собрано без ошибок").await?;
    browser.screenshot("builder").await?;

    browser.click_text("Сохранить").await?;
    browser.see("Ждём первое событие").await?;
    browser.click(".share-url button").await?;
    browser.see("Скопировано").await?;
    let url = short_url(&browser).await?;
    browser.screenshot("share").await?;

    browser.open(&server.url("/sandbox")).await?;
    browser.see("Сообщений пока нет").await?;
    browser.see("обновляется само").await?;
    post(&server, &url, event("№181", &["100200300"])).await?;
    // The page updates itself without a reload.
    browser.see("Запись: №181").await?;
    ensure!(browser.text(".bubble").await?.contains("Вы записаны!"));
    post(&server, &format!("{url}?message=Запись%20отменена"), event("№182", &["100200300"])).await?;
    browser.see("Запись отменена").await?;
    browser.screenshot("sandbox").await?;

    browser.open(&server.url("/")).await?;
    browser.see("Доставлено").await?;
    browser.click("[role=switch]").await?;
    // The profile has had events today, so the page asks first.
    browser.find(".consequences").await?;
    browser.click("main button.primary").await?;
    browser.find("[role=switch][aria-checked=false]").await?;
    let refused = server.http.post(&url).body(event("№183", &["1"])).send().await?;
    ensure!(refused.status() == 404, "a disabled profile: {}", refused.status());
    browser.no_errors().await
}

#[tokio::test]
async fn a_profile_with_a_bots_token_sends_the_reference_message() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser) = arrive("en", &telegram.url()).await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;
    browser.fill("[name='form[name]']", "Bookings").await?;
    browser.fill("[name='form[token]']", TOKEN).await?;
    browser.see("Telegram recognizes this bot: Салон · @salon_bot").await?;
    browser.fill("#field-message", "Вы записаны на услугу").await?;
    browser.fill("#test-chat", "482113907").await?;
    browser.click_text("Send test").await?;
    browser.see("Telegram accepted the message").await?;
    ensure!(telegram.messages()[0]["chat_id"] == "482113907", "{:?}", telegram.messages());
    let sent = Part::from_html(&telegram.texts()[0]).map_err(|fault| anyhow!("{fault:?}"))?.text();
    assert_eq!(browser.text(".bubble-text").await?, sent, "what the preview shows is what is sent");
    browser.click_text("Save").await?;
    browser.see("Waiting for the first event").await?;
    let url = short_url(&browser).await?;

    if let Some(event) = reference_event("482113907") {
        post(&server, &url, event).await?;
        telegram.wait_for_texts(2).await;
        assert_eq!(telegram.texts()[1], REFERENCE_MESSAGE);
    }

    // The stored token is sent neither to the page nor through the function behind it.
    browser.click_text("To the profile").await?;
    builder_is_live(&browser).await?;
    browser.see("@salon_bot · Салон").await?;
    let secret = TOKEN.split_once(':').map(|(_, secret)| secret).context("a token")?;
    let source = browser.script("return document.documentElement.outerHTML").await?;
    ensure!(!source.to_string().contains(secret), "the page holds the token");
    let fresh = browser
        .script("const x = new XMLHttpRequest(); x.open('GET', location.href, false); x.send(); return x.responseText")
        .await?;
    ensure!(!fresh.to_string().contains(secret) && fresh.to_string().contains("Bookings"));

    // The token is kept when the profile is saved without typing it again.
    browser.fill("#field-message", "You are booked").await?;
    browser.see("Unsaved changes").await?;
    browser.click_text("Save").await?;
    browser.see("Saved").await?;
    post(&server, &url, event("1", &["482113907"])).await?;
    let before = telegram.texts().len();
    telegram.wait_for_texts(before.max(2)).await;
    let last = telegram.asked().pop().context("nothing was asked")?;
    ensure!(last.token == TOKEN, "the stored token");
    browser.no_errors().await
}

#[tokio::test]
async fn every_form_works_without_scripts() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    browser.scripts(false).await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/profiles/new")).await?;
    browser.fill("[name='form[name]']", "Без скриптов").await?;
    browser.click("[value=sandbox]").await?;
    browser.fill("#field-errorEmail", "ops@example").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Не сохранено: исправьте отмеченные поля.").await?;
    browser.find("#field-errorEmail[aria-invalid=true]").await?;
    browser.click(".fault-links a").await?;
    ensure!(browser.url().await?.ends_with("#field-errorEmail"), "a fault leads to its field");

    browser.open(&server.url("/profiles/new")).await?;
    browser.fill("[name='form[name]']", "Без скриптов").await?;
    browser.click("[value=sandbox]").await?;
    browser.fill("#field-message", "Строка один\nСтрока два").await?;
    browser.click("[name='form[shown][hide_url]']").await?;
    browser.click_text("Сохранить").await?;
    browser.see("Ждём первое событие").await?;
    post(&server, &short_url(&browser).await?, event("№7", &["5"])).await?;
    server.wait_for_state(DeliveryState::Delivered).await;
    browser.open(&server.url("/sandbox")).await?;
    let bubble = browser.text(".bubble").await?;
    ensure!(bubble.contains("Строка один\nСтрока два") && !bubble.contains("Открыть запись"), "{bubble}");

    browser.open(&server.url("/")).await?;
    browser.click("[role=switch]").await?;
    // The profile has had events today, so the page asks first.
    browser.find(".consequences").await?;
    browser.click("main button.primary").await?;
    browser.find("[role=switch][aria-checked=false]").await?;
    browser.click("[lang=en]").await?;
    browser.see("Short URL").await?;
    browser.click(".menu summary").await?;
    browser.click_text("Sign out").await?;
    browser.see("Sign in").await?;

    browser.fill("[name=email]", EMAIL).await?;
    browser.fill("[name=password]", "not the password").await?;
    browser.click("main button.primary").await?;
    browser.see("Wrong email or password.").await?;
    browser.fill("[name=email]", EMAIL).await?;
    browser.fill("[name=password]", PASSWORD).await?;
    browser.click("main button.primary").await?;
    browser.see("Без скриптов").await
}

#[tokio::test]
async fn input_typed_before_webassembly_starts_is_kept() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    // The test types into the page as the server sent it, then starts WebAssembly.
    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;
    let typed = "const field = document.querySelector('#field-message'); field.value = 'Раньше всех';";
    browser.script(typed).await?;
    browser.fill("[name='form[name]']", "Ранний").await?;
    browser
        .wait("the preview to have it", async |_| {
            Ok(browser.text(".bubble").await?.contains("Раньше всех").then_some(()))
        })
        .await?;
    browser.no_errors().await
}

#[tokio::test]
async fn every_page_fits_a_phone_in_both_languages_and_themes() -> Result<()> {
    let (server, browser) = arrive("ru,en", "http://127.0.0.1:1").await?;
    browser.as_phone().await?;
    browser.open(&server.url("/login")).await?;
    browser.see("Вход").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Очень длинное название профиля, которое не помещается в строку", true, &[]).await;
    let link = server.state.short_url(&profile.key);
    post(&server, &link, event("№1", &["100200300"])).await?;
    server.wait_for_state(DeliveryState::Delivered).await;
    let edit = format!("/profiles/{}", profile.id);
    let pages = [
        ("profiles", "/".to_owned()),
        ("builder", edit.clone()),
        ("share", format!("{edit}/share")),
        ("sandbox", "/sandbox".to_owned()),
    ];
    for (language, word) in [("ru", "Профили"), ("en", "Profiles")] {
        if language == "en" {
            browser.click("form [lang=en]").await?;
        }
        for dark in [false, true] {
            browser.dark(dark).await?;
            for (name, path) in &pages {
                browser.open(&server.url(path)).await?;
                browser.see(word).await?;
                let theme = if dark { "dark" } else { "light" };
                browser.screenshot(&format!("phone-{name}-{language}-{theme}")).await?;
                let overflow = browser.script("return document.documentElement.scrollWidth - innerWidth").await?;
                ensure!(overflow.as_i64().is_some_and(|px| px <= 0), "{path} is {overflow} px too wide");
            }
        }
    }
    // The preview opens with one tap.
    browser.open(&server.url(&edit)).await?;
    browser.click(".sheet-handle").await?;
    browser.find(".sheet .bubble").await?;
    browser.screenshot("phone-sheet").await?;

    browser.open(&server.url("/there-is-no-such-page")).await?;
    browser.see("Page not found").await?;
    Ok(())
}
