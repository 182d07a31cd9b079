//! WebAssembly takes over only the builder.

use anyhow::{Result, ensure};
use hookgram::parameters::Parameter;

use crate::{
    driver::Browser,
    walk::{arrive, builder_is_live, set_up},
};

/// Returns how many modules were requested since the page was loaded.
async fn modules(browser: &Browser) -> Result<u64> {
    let count = "return performance.getEntriesByType('resource').filter(one => one.name.endsWith('.wasm')).length";
    Ok(browser.script(count).await?.as_u64().unwrap_or_default())
}

#[tokio::test]
async fn only_the_builder_loads_a_wasm_module() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[]).await;
    let own = format!("/profiles/{}", profile.id);
    for path in ["/", "/deliveries", "/sandbox", "/health", &format!("{own}/share"), "/profiles/import"] {
        browser.open(&server.url(path)).await?;
        // When a menu closes by itself, the script at the end of the page has run.
        browser.click("header details.menu summary").await?;
        browser.click("h1").await?;
        browser.find("header details.menu:not([open])").await?;
        ensure!(modules(&browser).await? == 0, "{path} does without");
    }
    browser.open(&server.url(&own)).await?;
    builder_is_live(&browser).await?;
    ensure!(modules(&browser).await? == 1, "once");
    browser.fill("[name='form[values][message]']", "Ждём вас").await?;
    browser.see("Ждём вас").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn saving_keeps_the_scroll_position() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[(Parameter::Message, "Вы записаны")]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    builder_is_live(&browser).await?;
    browser.script("window.same = true; window.scrollTo(0, 700)").await?;
    browser.fill("[name='form[name]']", "Записи в студию").await?;
    browser.fill("#field-sign_text", "До встречи!").await?;
    browser.see("Есть несохранённые изменения").await?;
    let place = browser.script("return window.scrollY").await?;
    ensure!(place.as_f64().is_some_and(|place| place > 100.0), "{place}");
    // These keys are Control and Enter.
    browser.keys("\u{e009}\u{e007}\u{e000}").await?;
    browser.see("Сохранено").await?;
    ensure!(browser.script("return window.same === true").await? == true, "no new page");
    ensure!(browser.script("return window.scrollY").await? == place, "nothing moves");
    ensure!(browser.script("return document.activeElement.id").await? == "field-sign_text", "the focus stays");
    ensure!(browser.script("return document.title").await? == "Записи в студию · Hookgram");
    ensure!(browser.url().await?.ends_with("?saved"));
    ensure!(browser.text("h1").await? == "Записи в студию");
    // Input after saving counts as a new change.
    browser.fill("#field-sign_text", "Ждём!").await?;
    browser.see("Есть несохранённые изменения").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn a_switch_in_the_list_changes_without_a_page_load() -> Result<()> {
    let (server, browser) = arrive("en", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    server.profile("Bookings", true, &[]).await;
    browser.open(&server.url("/?show=enabled")).await?;
    browser.script("window.same = true").await?;
    browser.click("[role=switch]").await?;
    // The filter still applies, so the profile is no longer in the list.
    browser.see("Nothing found").await?;
    ensure!(browser.script("return window.same === true").await? == true);
    browser.open(&server.url("/")).await?;
    browser.script("window.same = true").await?;
    browser.click("[role=switch][aria-checked=false]").await?;
    browser.find("[role=switch][aria-checked=true]").await?;
    let focus = "return window.same === true && document.activeElement.getAttribute('role') === 'switch'";
    ensure!(browser.script(focus).await? == true, "the focus stays on the switch");
    browser.no_errors().await
}
