//! Actions of an admin, and what each role sees, in a real browser.

use anyhow::{Context as _, Result, ensure};
use hookgram::{delivery::DeliveryState, parameters::Parameter, role::Role, values::Language};
use server::store::audit::COMMAND_LINE;

use crate::{
    driver::Browser,
    profiles::no_sideways_scroll,
    scenes::browser,
    support::{TestServer, event},
    walk,
};

/// Signs a person in by a one-time link.
async fn enter(server: &TestServer, browser: &Browser, email: &str) -> Result<()> {
    let id = server.state.store.accounts.user_by_email(email).await?.context("no such account")?.account.id;
    walk::enter(server, browser, id).await
}

async fn looked_at(browser: &Browser, name: &str) -> Result<()> {
    for phone in [false, true] {
        if phone {
            browser.as_phone().await?;
        } else {
            browser.as_desktop().await?;
        }
        no_sideways_scroll(browser).await?;
        for dark in [false, true] {
            browser.dark(dark).await?;
            let size = if phone { "-phone" } else { "" };
            browser.screenshot(&format!("{name}{size}{}", if dark { "-dark" } else { "" })).await?;
        }
    }
    browser.dark(false).await?;
    browser.as_desktop().await
}

async fn seen(browser: &Browser, css: &str) -> Result<bool> {
    Ok(browser.script(&format!("return document.querySelector('{css}').checkVisibility()")).await? == true)
}

async fn walk(language: Language) -> Result<()> {
    let say = |ru: &'static str, en: &'static str| if language == Language::Ru { ru } else { en };
    let name = |page: &str| format!("{page}-{}", say("ru", "en"));
    let server = TestServer::start("http://127.0.0.1:9").await;
    for (email, role) in [("anna@example.com", Role::Admin), ("oleg@example.com", Role::Viewer)] {
        server.state.store.accounts.add_user(email, role, None, &COMMAND_LINE).await?;
    }
    let browser = browser(language).await?;
    enter(&server, &browser, "anna@example.com").await?;

    // The account's menu leads to the list of people; the link of an invitation is shown once.
    browser.click(".top .menu summary").await?;
    browser.click_text(say("Люди", "People")).await?;
    browser.see("oleg@example.com").await?;
    browser.fill("#email", "vera@example.com").await?;
    browser.click("#invite button.primary").await?;
    browser.see(say("Приглашение готово", "Invitation created")).await?;
    let link = browser.script("return document.querySelector('.copy .input').value").await?;
    ensure!(link.as_str().is_some_and(|link| link.contains("/invite/")), "{link}");
    looked_at(&browser, &name("users-invited")).await?;
    browser.click_text(say("К списку людей", "To people")).await?;
    browser.see("vera@example.com").await?;
    looked_at(&browser, &name("users")).await?;

    // An account changes its role and is removed; the last admin stays.
    browser.click("a[aria-label*='oleg@example.com']").await?;
    browser.click("input[value=operator]").await?;
    looked_at(&browser, &name("user")).await?;
    browser.click_text(say("Изменить роль", "Change role")).await?;
    browser.see(say("Роль изменена.", "Role changed.")).await?;
    browser.see(say("Оператор", "Operator")).await?;
    browser.click("a[aria-label*='oleg@example.com']").await?;
    browser.click("button.danger").await?;
    browser.see(say("Аккаунт удалён.", "Account removed.")).await?;
    browser.click("a[aria-label*='anna@example.com']").await?;
    browser.see(say("Это последний администратор", "This is the last admin")).await?;

    browser.open(&server.url("/settings")).await?;
    looked_at(&browser, &name("settings")).await?;
    ensure!(!seen(&browser, "#smtp_host").await?, "a known service's server need not be typed");
    browser.click("[value=other]").await?;
    ensure!(seen(&browser, "#smtp_host").await? && seen(&browser, "#smtp_port").await?);
    looked_at(&browser, &name("settings-mail-other")).await?;
    browser.click("[value=gmail]").await?;
    browser.see(say("двухэтапная аутентификация", "2-Step Verification")).await?;
    ensure!(!seen(&browser, "#smtp_host").await?);
    browser.click("[value=mailru]").await?;
    browser.fill("#smtp_user", "salon@mail.ru").await?;
    browser.click("#mail button.primary").await?;
    browser.see(say("Введите пароль.", "Enter the password.")).await?;
    looked_at(&browser, &name("settings-mail-fault")).await?;
    browser.fill("#smtp_password", "app password").await?;
    browser.click("#mail button.primary").await?;
    browser.see("smtps://salon%40mail.ru:…@smtp.mail.ru:465").await?;
    looked_at(&browser, &name("settings-mail")).await?;
    browser.fill("#max_body", "1").await?;
    browser.script("document.querySelector('[name=max_body_unit]').value = 'KiB'").await?;
    browser.click("#endpoints button.primary").await?;
    browser.see(say("Настройки сохранены", "Settings saved")).await?;
    let profile = server.profile("Salon", true, &[(Parameter::Message, "Booked")]).await;
    let endpoint = format!("/h/{}", profile.key);
    ensure!(server.post(&endpoint, event(&"9".repeat(2_000), &["5"])).await.0 == 413);
    browser.fill("#retention_days", "0").await?;
    browser.click("#keeping button.primary").await?;
    browser.see(say("Ничего не изменено", "Nothing was changed")).await?;
    looked_at(&browser, &name("settings-fault")).await?;

    // The audit log has all of these actions and is filtered by its address.
    browser.open(&server.url("/audit")).await?;
    for words in [
        say("Настройки изменены", "Settings changed"),
        say("Аккаунт удалён", "Account removed"),
        say("Роль изменена", "Role changed"),
        say("Создано приглашение", "Invited"),
    ] {
        browser.see(words).await?;
    }
    browser.script("document.querySelectorAll('.audit-changes').forEach((line) => line.open = true)").await?;
    browser.see(say("Максимальный размер события", "Maximum event size")).await?;
    looked_at(&browser, &name("audit")).await?;
    browser
        .script(
            "const s = document.querySelector('[name=kind]'); s.value = 'account';
             s.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await?;
    browser
        .wait("the address to say what is asked", async |_| {
            Ok(browser.url().await?.ends_with("/audit?kind=account").then_some(()))
        })
        .await?;
    // Browsers log an answer of 422 as an error.
    let noted = browser.console().await?;
    ensure!(noted.iter().all(|line| !line.starts_with("SEVERE") || line.contains("422")), "{noted:#?}");
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_admins_invitations_and_changes_are_in_the_audit_log() -> Result<()> {
    walk(Language::Ru).await?;
    walk(Language::En).await
}

#[tokio::test]
async fn each_role_sees_only_the_actions_it_may_take_on_a_phone_too() -> Result<()> {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let profile = server.profile("Salon", true, &[(Parameter::Message, "Booked")]).await;
    server.post(&format!("/h/{}", profile.key), event("1", &["482113907"])).await;
    server.wait_for_state(DeliveryState::Delivered).await;
    let browser = browser(Language::En).await?;
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        let email = format!("{}@example.com", role.name());
        server.state.store.accounts.add_user(&email, role, None, &COMMAND_LINE).await?;
        enter(&server, &browser, &email).await?;
        for width in [320, 390] {
            browser.screen(width, 740, true).await?;
            browser.open(&server.url("/")).await?;
            browser.click(".top .menu summary").await?;
            let menu = browser.text(".top .menu-body").await?;
            for words in ["People", "Settings", "Audit"] {
                ensure!(menu.contains(words) == (role == Role::Admin), "{role:?}: {menu}");
            }
            no_sideways_scroll(&browser).await?;
        }
        browser.as_desktop().await?;
        // These are the elements of each page that change something.
        for (path, css) in [
            ("/", "a[href='/profiles/new'], a[href='/profiles/import']"),
            ("/", ".switch-button:not(:disabled)"),
            ("/", "a[href$='/delete']"),
            ("/deliveries", ".log-foot button, tbody input[type=checkbox]"),
            ("/deliveries", "a[href^='/deliveries/export']"),
            ("/deliveries?open=last", "[name=q]"),
            ("/sandbox", "form[action='/sandbox/sample'], form[action='/sandbox/clear']"),
        ] {
            browser.open(&server.url(path)).await?;
            let count = browser.script(&format!("return document.querySelectorAll(\"{css}\").length")).await?;
            ensure!((count != 0) == (role >= Role::Operator), "{role:?} at {path}: {count} of {css}");
        }
        browser.open(&server.url(&format!("/profiles/{}", profile.id))).await?;
        let at = browser.url().await?;
        ensure!(at.ends_with("/share") == (role == Role::Viewer), "{role:?}: {at}");
        browser.open(&server.url("/sandbox")).await?;
        let page = browser.text("main").await?;
        ensure!(page.contains("482113907") == (role >= Role::Operator), "{role:?}: {page}");
    }
    browser.no_errors().await?;
    server.stop().await;
    Ok(())
}
