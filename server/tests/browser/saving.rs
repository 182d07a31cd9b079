//! Saving can be reached everywhere in the builder: the bar on a phone, the links to sections, Ctrl+S.

use anyhow::{Context as _, Result, ensure};
use hookgram::parameters::Parameter;
use server::store::audit::COMMAND_LINE;

use crate::{
    driver::Browser,
    support::TestServer,
    walk::{arrive, set_up},
};

const CONTROL: &str = "\u{e009}";
const RELEASE: &str = "\u{e000}";
const TAB: &str = "\u{e004}";

async fn at_a_profile(languages: &str, screen: (u32, u32)) -> Result<(TestServer, Browser, i64)> {
    let (server, browser) = arrive(languages, "http://127.0.0.1:1").await?;
    browser.screen(screen.0, screen.1, screen.0 < 600).await?;
    set_up(&server, &browser).await?;
    let profile = server.profile("Записи", true, &[(Parameter::Message, "Вы записаны")]).await;
    browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
    // On a phone, the tabs of the preview are hidden at first, so the test waits for a tool.
    browser.find(".tool:not(:disabled)").await?;
    Ok((server, browser, profile.id))
}

/// Waits until a script returns true.
async fn holds(browser: &Browser, what: &str, script: &str) -> Result<()> {
    browser.wait(what, async |_| Ok((browser.script(script).await? == true).then_some(()))).await
}

/// Checks that the button is visible at the bottom of the window, and that it is the only one.
const BUTTON_IS_SEEN: &str = "
    const buttons = document.querySelectorAll('.page-head button.primary');
    const { top, bottom } = buttons[0].getBoundingClientRect();
    return buttons.length === 1 && top > innerHeight / 2 && bottom <= innerHeight
        && document.elementFromPoint(innerWidth - 40, (top + bottom) / 2) === buttons[0];";

#[tokio::test]
async fn on_a_narrow_screen_the_bar_saves_and_leads_to_faults() -> Result<()> {
    // The screens are a phone, a desktop at 200 %, and a phone in landscape.
    for screen in [(390, 844), (640, 450), (844, 390)] {
        let (server, browser, id) = at_a_profile("ru", screen).await?;
        holds(&browser, "the button at the top of the page", BUTTON_IS_SEEN).await?;
        browser.script("scrollTo(0, document.body.scrollHeight)").await?;
        holds(&browser, "the button at the end of the page", BUTTON_IS_SEEN).await?;

        browser.fill("#field-errorEmail", "ops@example").await?;
        browser.script("scrollTo(0, document.body.scrollHeight)").await?;
        browser.click(".page-head button.primary").await?;
        browser.find(".not-saved:not([hidden])").await?;
        let wrong = browser.text(".not-saved").await?;
        ensure!(wrong.starts_with("Не сохранено: «ops@example» не похоже на адрес"), "{wrong}");
        let in_focus = "return document.activeElement.id === 'field-errorEmail'";
        holds(&browser, "the fault to have the focus", in_focus).await?;
        browser.screenshot(&format!("bar-fault-{}", screen.0)).await?;
        browser.script("document.activeElement.blur(); scrollTo(0, 0)").await?;
        browser.click(".not-saved").await?;
        holds(&browser, "the link to lead there", in_focus).await?;

        browser.fill("#field-errorEmail", "ops@example.com").await?;
        browser.click(".page-head button.primary").await?;
        browser.see("Сохранено").await?;
        holds(&browser, "nothing to be wrong", "return document.querySelector('.not-saved').hidden").await?;
        let stored = server.state.store.profiles.get(id).await?.context("the profile")?;
        ensure!(stored.profile.error_email.len() == 1);
        let overflow = browser.script("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(overflow.as_i64().is_some_and(|px| px <= 0), "{overflow} px too wide");
        browser.screenshot(&format!("bar-saved-{}", screen.0)).await?;
        server.stop().await;
    }
    Ok(())
}

#[tokio::test]
async fn the_bar_leads_to_a_conflict_and_saves_the_persons_own_version() -> Result<()> {
    let (server, browser, id) = at_a_profile("en", (390, 844)).await?;
    let stored = server.state.store.profiles.get(id).await?.context("the profile")?;
    let mut theirs = stored.edited();
    theirs.profile.set(Parameter::SignText, "Чужой").map_err(|_| anyhow::anyhow!("a text"))?;
    server.state.store.profiles.put(Some(id), &theirs, &COMMAND_LINE).await?;
    browser.fill("#field-message", "Mine").await?;
    browser.click(".page-head button.primary").await?;
    browser.find(".not-saved[href='#outdated']").await?;
    browser.script("document.activeElement.blur(); scrollTo(0, document.body.scrollHeight)").await?;
    browser.click(".not-saved").await?;
    holds(&browser, "the notice to have the focus", "return document.activeElement.id === 'outdated'").await?;
    browser.click(".page-head button.primary").await?;
    browser.see("Saved").await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn no_fixed_element_covers_the_focused_field() -> Result<()> {
    for screen in [(390, 844), (640, 450), (844, 390), (1280, 900)] {
        let (server, browser, _) = at_a_profile("ru", screen).await?;
        browser.script("document.querySelector('#field-url, [name=\"form[name]\"]').focus()").await?;
        for _ in 0..40 {
            browser.keys(TAB).await?;
            let covered = browser
                .script(
                    "const field = document.activeElement;
                     if (!field.closest('.builder-form')) return null;
                     const { left, top, right, bottom } = field.getBoundingClientRect();
                     const at = document.elementFromPoint((left + right) / 2, Math.min((top + bottom) / 2, top + 20));
                     return field.contains(at) || at?.contains(field) ? null : `${field.name} ${top} ${at?.className}`;",
                )
                .await?;
            ensure!(covered.is_null(), "{covered} at {screen:?}");
        }
        server.stop().await;
    }
    Ok(())
}

#[tokio::test]
async fn links_lead_to_each_section_of_the_form() -> Result<()> {
    for (phone, screen) in [(false, (1280, 900)), (true, (390, 844))] {
        let (server, browser, _) = at_a_profile("en", screen).await?;
        let links = browser.script("return [...document.querySelectorAll('.sections a')].map(a => a.hash)").await?;
        let links: Vec<String> = serde_json::from_value(links)?;
        ensure!(links.len() == 9, "{links:?}");
        for link in &links {
            browser.click(&format!(".sections a[href='{link}']")).await?;
            let is_seen = format!(
                "const section = document.querySelector('{link} h2').getBoundingClientRect();
                 const nav = document.querySelector('.sections').getBoundingClientRect();
                 return section.top >= nav.bottom - 1 && section.bottom < innerHeight;"
            );
            holds(&browser, &format!("{link} to be seen below the links"), &is_seen).await?;
        }
        browser.screenshot(if phone { "sections-phone" } else { "sections" }).await?;
        browser.no_errors().await?;
        server.stop().await;
    }
    Ok(())
}

#[tokio::test]
async fn control_s_saves_wherever_the_focus_is() -> Result<()> {
    let (server, browser, id) = at_a_profile("ru", (1280, 900)).await?;
    let stored = async || -> Result<Option<String>> {
        let stored = server.state.store.profiles.get(id).await?.context("the profile")?;
        Ok(stored.profile.get(Parameter::Message))
    };
    browser.fill("#field-message", "Первый").await?;
    browser.keys(&format!("{CONTROL}s{RELEASE}")).await?;
    browser.see("Сохранено").await?;
    ensure!(stored().await?.as_deref() == Some("Первый"));
    ensure!(browser.script("return document.activeElement.id").await? == "field-message", "the focus stays");

    // The shortcut works on a Russian keyboard and outside of the form, and does not open the browser's own dialog.
    browser.fill("#field-message", "Второй").await?;
    let pressed = "document.activeElement.blur();
        const key = new KeyboardEvent('keydown',
            { key: 'ы', code: 'KeyS', ctrlKey: true, bubbles: true, cancelable: true });
        document.body.dispatchEvent(key); return key.defaultPrevented;";
    ensure!(browser.script(pressed).await? == true);
    browser.wait("the second save", async |_| Ok((stored().await?.as_deref() == Some("Второй")).then_some(()))).await?;
    // Another character on that key, or the browser's own shortcut, saves nothing.
    for other in ["{ key: 'o', code: 'KeyS', ctrlKey: true", "{ key: 's', code: 'KeyS', ctrlKey: true, shiftKey: true"]
    {
        let pressed = format!(
            "const key = new KeyboardEvent('keydown', {other}, bubbles: true, cancelable: true }});
             document.body.dispatchEvent(key); return key.defaultPrevented;"
        );
        ensure!(browser.script(&pressed).await? == false, "{other}");
    }
    browser.no_errors().await
}
