//! The list of profiles and its actions, as a person uses them.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter};

use crate::{
    driver::Browser,
    support::{BotApi, Play, TOKEN, TestServer, event},
    walk::{arrive, set_up},
};

/// Checks that nothing reaches beyond the side of the window.
pub async fn no_sideways_scroll(browser: &Browser) -> Result<()> {
    let wider =
        browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await?;
    ensure!(wider.as_i64().is_some_and(|wider| wider <= 0), "{wider} pixels too wide at {}", browser.url().await?);
    Ok(())
}

/// Waits until WebAssembly has taken the page over: from then on a click beside a menu closes it.
async fn is_live(browser: &Browser) -> Result<()> {
    browser
        .wait("the page to be live", async |_| {
            browser.script("document.querySelector('.top details').open = true").await?;
            browser.script("document.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))").await?;
            let open = browser.script("return document.querySelector('.top details').open").await?;
            Ok((open == false).then_some(()))
        })
        .await
}

async fn rows(browser: &Browser) -> Result<i64> {
    browser.script("return document.querySelectorAll('.profiles tbody tr').length").await?.as_i64().context("a number")
}

async fn seed(server: &TestServer) {
    for name in ["Записи в студию", "Напоминания", "Отмены", "Ёлка"] {
        server.profile(name, true, &[(Parameter::Message, name)]).await;
    }
}

#[tokio::test]
async fn profiles_can_be_searched_copied_and_deleted() -> Result<()> {
    let (server, browser) = arrive("ru,en", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.see("Здесь появятся ваши профили").await?;
    browser.find("a[href='/profiles/new?from=url']").await?;
    seed(&server).await;
    browser.open(&server.url("/")).await?;
    is_live(&browser).await?;
    ensure!(rows(&browser).await? == 4);

    // Search is a form and filters are links; both are in the address.
    browser.fill("[name=q]", "ЕЛКА").await?;
    browser.click_text("Найти").await?;
    browser.wait("one row", async |_| Ok((rows(&browser).await? == 1).then_some(()))).await?;
    ensure!(browser.url().await?.contains("q="));
    browser.see("Ёлка").await?;
    is_live(&browser).await?;
    browser.click("a.chip[href*='show=disabled']").await?;
    browser.see("Ничего не нашлось").await?;
    browser.click_text("Показать все профили").await?;
    browser.wait("all rows", async |_| Ok((rows(&browser).await? == 4).then_some(()))).await?;

    // The keyboard opens a row's menu, and Escape closes it and returns the focus.
    browser.click(".profiles tr:first-child summary").await?;
    browser.find_text("Дублировать").await?;
    let summary =
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))";
    browser.script(summary).await?;
    browser
        .wait("the menu to close", async |_| {
            let open = browser.script("return !!document.querySelector('.profiles details[open]')").await?;
            Ok((open == false).then_some(()))
        })
        .await?;
    ensure!(browser.script("return document.activeElement.tagName").await? == "SUMMARY");
    browser.click(".profiles tr:first-child summary").await?;
    browser.click_text("Дублировать").await?;
    browser.see("Это копия профиля").await?;
    browser.screenshot("toast").await?;
    browser.click(".toast-close").await?;
    browser
        .wait("the toast to go", async |_| {
            let there = browser.script("return !!document.querySelector('.toast[open]')").await?;
            Ok((there == false).then_some(()))
        })
        .await?;

    browser.open(&server.url("/?q=(копия)")).await?;
    ensure!(rows(&browser).await? == 1);
    browser.click(".profiles summary").await?;
    browser.click_text("Удалить…").await?;
    browser.see("(копия)»?").await?;
    browser.screenshot("profile-delete").await?;
    browser.click_text("Удалить профиль").await?;
    browser.see("удалён.").await?;
    ensure!(rows(&browser).await? == 4);
    browser.open(&server.url("/")).await?;
    let said = browser.script("return !!document.querySelector('.toast')").await?;
    ensure!(said == false, "it is said once");

    browser.click(".profiles tr:first-child summary").await?;
    browser.click_text("Новая ссылка…").await?;
    browser.see("Проработает ещё 24 часа").await?;
    browser.screenshot("profile-key").await?;
    browser.click_text("Создать новую ссылку").await?;
    browser.see("новая ссылка").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn the_reason_of_a_failure_is_shown_to_pointer_and_keyboard() -> Result<()> {
    let telegram = BotApi::start().await;
    let (server, browser) = arrive("ru", &telegram.url()).await?;
    set_up(&server, &browser).await?;
    seed(&server).await;
    let profile = server.profile("Бот", false, &[(Parameter::Message, "Привет")]).await;
    telegram.next([Play::Refuse(403, "Forbidden: bot was blocked by the user", serde_json::json!({}))]);
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    server.wait_for_state(DeliveryState::Failed).await;
    for phone in [false, true] {
        if phone {
            browser.as_phone().await?;
        }
        browser.open(&server.url("/?sort=failures")).await?;
        is_live(&browser).await?;
        no_sideways_scroll(&browser).await?;
        browser.see("клиент заблокировал бота").await?;
        browser.see("1 с ошибкой").await?;
        let shown = async || browser.script("return getComputedStyle(document.querySelector('.tip')).display").await;
        ensure!(shown().await? == "none");
        browser.script("document.querySelector('.tip-button').focus()").await?;
        browser.see("Свяжитесь с клиентом другим способом").await?;
        no_sideways_scroll(&browser).await?;
        browser.screenshot(if phone { "profiles-phone" } else { "profiles" }).await?;
        let escape =
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))";
        browser.script(escape).await?;
        browser.wait("the reason to go", async |_| Ok((shown().await? == "none").then_some(()))).await?;
    }
    browser.no_errors().await
}

#[tokio::test]
async fn an_update_of_the_list_waits_while_a_person_uses_it() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Салон", true, &[]).await;
    browser.open(&server.url("/")).await?;
    browser.find("[data-live=on]").await?;
    // The test holds the request for the new page back until it releases it.
    let held = "const ask = window.freely = window.fetch;
         const read = DOMParser.prototype.parseFromString;
         DOMParser.prototype.parseFromString = function (...page) { window.comes = true; return read.apply(this, page); };
         window.fetch = (...page) => new Promise((go) => { window.letCome = () => go(ask(...page)); });";
    browser.script(held).await?;
    server.post(&format!("/h/{}", profile.key), event("1", &["5"])).await;
    let is = async |what: &str| browser.script(&format!("return Boolean({what})")).await;
    browser.wait("the page to be asked for", async |_| Ok((is("window.letCome").await? == true).then_some(()))).await?;
    browser.script("document.querySelector('.profiles .copy input').focus(); window.letCome()").await?;
    browser.wait("the page to come", async |_| Ok((is("window.comes").await? == true).then_some(()))).await?;
    ensure!(is("document.activeElement.matches('.copy input')").await? == true, "the focus is lost");
    ensure!(browser.text(".profiles").await?.contains("за 7 дней ничего"));
    // The update is shown as soon as the person has left the control.
    browser.script("window.fetch = window.freely; document.activeElement.blur()").await?;
    browser
        .wait("the event", async |_| Ok((!browser.text(".profiles").await?.contains("за 7 дней ничего")).then_some(())))
        .await?;
    browser.no_errors().await
}

#[tokio::test]
async fn old_urls_and_files_can_be_imported_without_scripts() -> Result<()> {
    let (server, browser) = arrive("en", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.scripts(false).await?;
    browser.as_phone().await?;
    browser.open(&server.url("/profiles/urls")).await?;
    no_sideways_scroll(&browser).await?;
    let url = |message: &str| {
        format!(
            "https://hooks.torrow.net/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId&message={message}"
        )
    };
    browser.fill("[name=text]", &format!("{}\n{}&hide_adress=1", url("You%20are%20booked"), url("See%20you"))).await?;
    browser.click_text("Preview the profiles").await?;
    browser.see("Not migrated:").await?;
    no_sideways_scroll(&browser).await?;
    browser.screenshot("urls-phone").await?;
    browser.as_desktop().await?;
    browser.screenshot("urls").await?;
    browser.fill("[name='name-2']", "Reminders").await?;
    browser.click_text("Create 2 profiles").await?;
    browser.see("Created: 2 profiles.").await?;
    browser.see("Reminders").await?;
    browser.see("Which URL replaces which").await?;
    browser.screenshot("urls-moved").await?;
    browser.as_phone().await?;
    no_sideways_scroll(&browser).await?;
    browser.screenshot("urls-moved-phone").await?;
    browser.as_desktop().await?;

    browser.open(&server.url("/profiles/import")).await?;
    browser.fill("[name=text]", "profiles:\n- name: Reminders\nsandbox: maybe\n").await?;
    browser.click_text("Preview the changes").await?;
    browser.see("Nothing was changed: the file has errors.").await?;
    browser.fill("[name=text]", "{profiles: [{name: Reminders, sandbox: true, telegramFieldName: '*T'}, {name: New, sandbox: true, telegramFieldName: '*T'}]}").await?;
    browser.click_text("Preview the changes").await?;
    browser.see("Replaces the existing one").await?;
    browser.screenshot("import").await?;
    browser.click_text("Import 2 profiles").await?;
    browser.see("Imported: 2 profiles.").await?;
    let stored = server.state.store.profiles.all().await?;
    let names: Vec<&str> = stored.iter().map(|profile| profile.name.as_str()).collect();
    ensure!(names == ["New", "Reminders", "You are booked"], "{names:?}");
    // A form with faults is answered 422, which Chromium logs as an error. No script can log anything else.
    let errors = browser.console().await?;
    ensure!(errors.iter().all(|line| line.contains("422 (Unprocessable")), "{errors:?}");
    Ok(())
}
