//! A person and their account: an invitation, a second factor, signing out and in again with a recovery code, a
//! session ended from elsewhere, a forgotten password.

use anyhow::{Context as _, Result, ensure};
use hookgram::role::Role;
use secrecy::SecretString;
use server::{
    credentials::totp::Totp,
    secrets::codes,
    store::{LinkKind, NewInvitation, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::{driver::Browser, support::TestServer};

const EMAIL: &str = "olga@example.com";
const PASSWORD: &str = "корова лампа окно 12";
const NEW_PASSWORD: &str = "двенадцать слов у моря";

/// The texts of the pages in one language.
struct Said {
    languages: &'static str,
    invited: &'static str,
    guessable: &'static str,
    turn_on: &'static str,
    copied: &'static str,
    left: &'static str,
    no_phone: &'static str,
    this_one: &'static str,
    ended: &'static str,
    closed: &'static str,
}

const RUSSIAN: Said = Said {
    languages: "ru",
    invited: "Вас пригласили",
    guessable: "Это соседние клавиши подряд",
    turn_on: "Включить",
    copied: "Скопировано",
    left: "Осталось: 9 из 10",
    no_phone: "Телефона нет под рукой",
    this_one: "Эта сессия",
    ended: "Сессия завершена.",
    closed: "Ссылка больше не действует",
};

const ENGLISH: Said = Said {
    languages: "en",
    invited: "You are invited",
    guessable: "These keys are next to each other",
    turn_on: "Turn on",
    copied: "Copied",
    left: "9 of 10 left",
    no_phone: "Don't have your phone?",
    this_one: "This session",
    ended: "Session ended.",
    closed: "This link no longer works",
};

async fn fits(browser: &Browser, name: &str) -> Result<()> {
    browser.screenshot(name).await?;
    let over = browser.script("return document.documentElement.scrollWidth - innerWidth").await?;
    ensure!(over.as_i64().is_some_and(|px| px <= 0), "{name} is {over} px too wide");
    Ok(())
}

async fn sign_in(server: &TestServer, browser: &Browser, password: &str) -> Result<()> {
    browser.open(&server.url("/login")).await?;
    browser.fill("[name=email]", EMAIL).await?;
    browser.fill("[name=password]", password).await?;
    browser.click("main button.primary").await
}

async fn has_focus(browser: &Browser, name: &str) -> Result<()> {
    browser
        .wait(&format!("{name} to have the focus"), async |_| {
            let focus = browser.script("return document.activeElement.name").await?;
            Ok((focus == name).then_some(()))
        })
        .await
}

async fn walk(said: Said, phone: bool) -> Result<()> {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let browser = Browser::start(said.languages).await?;
    if phone {
        browser.as_phone().await?;
    }
    let name = |page: &str| format!("account-{page}-{}-{}", said.languages, if phone { "phone" } else { "desk" });
    let code = codes::secret();
    let invitation = NewInvitation {
        code_hash: &codes::hash(&code),
        email: EMAIL,
        role: Role::Operator,
        made_by: "",
        expires_at: now() + 60_000,
    };
    server.state.store.accounts.add_invitation(invitation, &COMMAND_LINE).await?;
    browser.open(&server.url(&format!("/invite/{code}"))).await?;
    browser.see(said.invited).await?;
    browser.fill("[name=password]", "qwertyuiop[]").await?;
    browser.click("main button.primary").await?;
    browser.see(said.guessable).await?;
    has_focus(&browser, "password").await?;
    fits(&browser, &name("invite")).await?;
    browser.fill("[name=password]", PASSWORD).await?;
    browser.click("main button.primary").await?;
    browser.find(".top").await?;

    browser.open(&server.url("/account")).await?;
    browser.see(said.this_one).await?;
    fits(&browser, &name("page")).await?;
    browser.click_text(said.turn_on).await?;
    let secret: String = browser.text("code.secret").await?.chars().filter(|letter| !letter.is_whitespace()).collect();
    let totp = Totp::from_base32(&SecretString::from(secret)).context("a secret in base32")?;
    fits(&browser, &name("factor")).await?;
    browser.fill("[name=code]", "000000").await?;
    browser.click("main button.primary").await?;
    browser.find("[name=code][aria-invalid=true]").await?;
    has_focus(&browser, "code").await?;
    browser.fill("[name=code]", &totp.code_at(now()).context("a code")?).await?;
    browser.click("main button.primary").await?;
    let listed = browser.value("#codes").await?;
    let recovery: Vec<&str> = listed.lines().collect();
    ensure!(recovery.len() == 10, "{}", recovery.len());
    fits(&browser, &name("codes")).await?;
    browser.click("[data-copy='#codes']").await?;
    browser.see(said.copied).await?;

    browser.click(".top .menu summary").await?;
    browser.click(".top .menu form button").await?;
    sign_in(&server, &browser, PASSWORD).await?;
    has_focus(&browser, "code").await?;
    browser.click_text(said.no_phone).await?;
    browser.fill("[name=recovery]", recovery.first().context("a code")?).await?;
    fits(&browser, &name("second")).await?;
    browser.click("main button.primary").await?;
    browser.find(".top").await?;
    browser.open(&server.url("/account")).await?;
    browser.see(said.left).await?;

    // The person signs in elsewhere, and that session is ended from here.
    let other = Browser::start(said.languages).await?;
    sign_in(&server, &other, PASSWORD).await?;
    other.click_text(said.no_phone).await?;
    other.fill("[name=recovery]", recovery.get(1).context("a code")?).await?;
    other.click("main button.primary").await?;
    other.find(".top").await?;
    other.open(&server.url("/account")).await?;
    other.click(".sessions form button").await?;
    other.see(said.ended).await?;
    browser.open(&server.url("/account")).await?;
    browser.find("main [name=password][autocomplete=current-password]").await?;
    ensure!(browser.url().await?.ends_with("/login?next=/account"), "{}", browser.url().await?);

    let user = server.state.store.accounts.user_by_email(EMAIL).await?.context("an account")?;
    let code = codes::secret();
    let link = NewLink {
        code_hash: &codes::hash(&code),
        kind: LinkKind::Reset,
        user_id: Some(user.account.id),
        expires_at: now() + 60_000,
    };
    server.state.store.accounts.add_link(link, &COMMAND_LINE).await?;
    browser.open(&server.url(&format!("/reset/{code}"))).await?;
    browser.fill("[name=password]", NEW_PASSWORD).await?;
    browser.click("main button.primary").await?;
    has_focus(&browser, "code").await?;
    browser.click_text(said.no_phone).await?;
    browser.fill("[name=recovery]", recovery.get(2).context("a code")?).await?;
    browser.click("main button.primary").await?;
    browser.find(".top").await?;
    other.open(&server.url("/account")).await?;
    ensure!(other.url().await?.contains("/login"), "a new password ends every session");
    other.open(&server.url(&format!("/reset/{code}"))).await?;
    other.see(said.closed).await?;
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn an_account_works_from_its_invitation_to_a_new_password_on_a_desktop() -> Result<()> {
    walk(RUSSIAN, false).await?;
    walk(ENGLISH, false).await
}

#[tokio::test]
async fn an_account_works_from_its_invitation_to_a_new_password_on_a_phone() -> Result<()> {
    walk(RUSSIAN, true).await?;
    walk(ENGLISH, true).await
}
