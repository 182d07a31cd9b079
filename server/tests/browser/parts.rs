//! The interface comes in two parts: the second when a page wants it.

use anyhow::{Result, bail, ensure};

use crate::{
    driver::Browser,
    walk::{arrive, builder_is_live, set_up},
};

/// How often the second part has been asked for since the page was loaded.
async fn asked_for(browser: &Browser) -> Result<u64> {
    let count =
        "return performance.getEntriesByType('resource').filter(one => one.name.endsWith('/split_apart.wasm')).length";
    Ok(browser.script(count).await?.as_u64().unwrap_or_default())
}

/// WebAssembly has taken the page over once the switch of the theme does without a new page.
async fn page_is_live(browser: &Browser) -> Result<()> {
    for _ in 0..20 {
        browser.script("window.theme = document.documentElement.dataset.theme").await?;
        browser.click(".tools form[action*=theme] button").await?;
        let end = "return window.theme === undefined ? 'a new page'
            : window.theme === document.documentElement.dataset.theme ? null : 'the same page'";
        let end = browser
            .wait("another theme", async |page| Ok(page.execute(end, Vec::new()).await?.as_str().map(str::to_owned)));
        if end.await? == "the same page" {
            return Ok(());
        }
    }
    bail!("WebAssembly does not take the page over")
}

#[tokio::test]
async fn the_second_part_comes_when_a_page_wants_it() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/")).await?;
    page_is_live(&browser).await?;
    ensure!(asked_for(&browser).await? == 0, "the list does without it");
    browser.script("window.same = true").await?;
    browser.click_text("Создать первый профиль").await?;
    builder_is_live(&browser).await?;
    ensure!(browser.script("return window.same === true").await? == true, "no new page was loaded");
    ensure!(asked_for(&browser).await? == 1, "once");
    browser.click("header nav a[href='/']").await?;
    browser.click_text("Создать первый профиль").await?;
    builder_is_live(&browser).await?;
    ensure!(asked_for(&browser).await? == 1, "it is kept");

    browser.open(&server.url("/profiles/new")).await?;
    builder_is_live(&browser).await?;
    browser.fill("[name='form[values][message]']", "Ждём вас").await?;
    browser.see("Ждём вас").await?;
    browser.no_errors().await
}

#[tokio::test]
async fn a_page_that_cannot_have_the_second_part_loads_the_next_page_whole() -> Result<()> {
    let (server, browser) = arrive("ru", "http://127.0.0.1:1").await?;
    set_up(&server, &browser).await?;
    browser.open(&server.url("/")).await?;
    page_is_live(&browser).await?;
    // As after an update of the server: what this page refers to is no longer there.
    let gone = "const fetched = window.fetch; window.same = true;
        window.fetch = (what, ...rest) => String(what).includes('split_apart')
            ? Promise.resolve(new Response('', { status: 404 })) : fetched(what, ...rest)";
    browser.script(gone).await?;
    browser.click_text("Создать первый профиль").await?;
    builder_is_live(&browser).await?;
    ensure!(browser.script("return window.same === undefined").await? == true, "a new page was loaded");
    ensure!(browser.url().await?.ends_with("/profiles/new"));
    Ok(())
}
