//! The scenes of an account with a second factor, and of a forgotten password with mail configured. Other scenes need
//! neither.

use anyhow::{Context as _, Result, anyhow};
use hookgram::setting::Setting;
use secrecy::{ExposeSecret as _, SecretString};
use server::{
    credentials::{recovery, totp::Totp},
    store::audit::COMMAND_LINE,
    time::now,
};
use sqlx::SqlitePool;

use super::{
    Scene,
    Step::{Click, Fill, See},
};
use crate::{driver::Browser, support::TestServer, walk};

/// A sign-in that waits for the second factor.
pub(super) struct HalfWay(Totp);

impl HalfWay {
    /// Sets up a second factor for the operator, which ends the browser's session, and signs in again up to that
    /// step.
    pub(super) async fn go(server: &TestServer, browser: &Browser) -> Result<Self> {
        let store = &server.state.store;
        let account = store.accounts.user_by_email("operator@example.com").await?.context("no account")?.account;
        let totp = Totp::new();
        let codes: Vec<Vec<u8>> = recovery::new().iter().map(|code| recovery::hash(code.expose_secret())).collect();
        store.accounts.turn_second_factor_on(&account, (&totp.base32(), 0), &codes, &[], &COMMAND_LINE).await?;
        walk::enter(server, browser, account.id).await?;
        Ok(Self(totp))
    }

    pub(super) fn scenes() -> Vec<Scene> {
        let wrong =
            [Fill("[name=code]", "000000".to_owned()), Click("main button.primary"), See("[aria-invalid=true]")];
        vec![
            Scene::new("second-step", "/login/second", [See("[name=code]")]),
            Scene::new("second-step-fault", "/login/second", wrong),
            Scene::new("second-step-recovery", "/login/second", [Click(".no-phone summary"), See("[name=recovery]")]),
        ]
    }

    pub(super) async fn enter(self, server: &TestServer, browser: &Browser) -> Result<()> {
        browser.open(&server.url("/login/second")).await?;
        browser.fill("[name=code]", &self.0.code_at(now()).context("no code")?).await?;
        browser.click("main button.primary").await?;
        browser.find(".top").await.map(drop)
    }
}

pub(super) fn with_factor() -> Vec<Scene> {
    vec![
        Scene::new("account-factor", "/account", [See(".sessions")]),
        Scene::new("factor-on", "/account/second-factor", [See("button.danger")]),
        Scene::new(
            "factor-codes",
            "/account/second-factor",
            [Click("form[action='/account/second-factor/codes'] button"), See("#codes")],
        ),
    ]
}

/// Scenes that require confirming the password, long after the sign-in.
pub(super) async fn unconfirmed(server: &TestServer) -> Result<Vec<Scene>> {
    let pool = SqlitePool::connect(&server.database_url()).await?;
    sqlx::query("UPDATE sessions SET confirmed_at = 1").execute(&pool).await?;
    pool.close().await;
    let wrong = [Fill("[name=code]", "000000".to_owned()), Click("main button.primary"), See("[aria-invalid=true]")];
    Ok(vec![
        Scene::new("confirm", "/account/second-factor", [See("form[action='/confirm'] [name=code]")]),
        Scene::new("confirm-fault", "/account/second-factor", wrong),
    ])
}

/// Scenes of a forgotten password with mail configured.
pub(super) async fn forgotten(server: &TestServer) -> Result<Vec<Scene>> {
    let setting = |setting, text: &str| (setting, SecretString::from(text.to_owned()));
    let mail =
        [setting(Setting::SmtpUrl, "smtp://127.0.0.1:9"), setting(Setting::MailFrom, "Hookgram <hooks@example.com>")];
    let changed = server.state.settings.change(&server.state.store, &COMMAND_LINE, &mail).await;
    changed.map_err(|fault| anyhow!("{fault:?}"))?;
    let ask = |email: &str| [Fill("[name=email]", email.to_owned()), Click("main button.primary")];
    Ok(vec![
        Scene::new("forgot-form", "/forgot", [See("[name=email]")]),
        Scene::new("forgot-fault", "/forgot", ask("olga@example").into_iter().chain([See("[aria-invalid=true]")])),
        Scene::new("forgot-sent", "/forgot", ask("olga@example.com").into_iter().chain([See("main a[href='/login']")])),
    ])
}
