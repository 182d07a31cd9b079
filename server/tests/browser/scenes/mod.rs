//! Every page in every state, in one language: its address, and the steps that lead to the state.

mod administration;
mod all;
mod factor;
mod log;

use anyhow::{Context as _, Result};
use hookgram::{
    role::Role,
    setting::Setting,
    values::{EmailAddress, Language},
};
use serde_json::json;
use server::{
    secrets::codes,
    store::{LinkKind, NewInvitation, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    driver::Browser,
    support::{BotApi, TestServer},
    walk,
};

/// A page in one state.
pub struct Scene {
    /// Its name, such as `builder-faults`.
    pub name: &'static str,
    path: String,
    steps: Vec<Step>,
}

/// A person's action, addressed by a CSS selector, because scenes are independent of the language.
enum Step {
    Fill(&'static str, String),
    Click(&'static str),
    Choose(&'static str, &'static str),
    Focus(&'static str),
    Tick(&'static str),
    /// Waits until the element is visible.
    See(&'static str),
    /// Waits until WebAssembly has taken the page over.
    Live,
}

/// Waits until the builder's tools can be used. The top bar's menu closes by itself once scripts run.
const IS_LIVE: &str = "
    const tool = document.querySelector('.segment, .tool');
    if (tool) return !tool.disabled;
    const menu = document.querySelector('.top details');
    menu.open = true;
    document.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    return !menu.open;";

impl Scene {
    fn new(name: &'static str, path: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { name, path: path.into(), steps: steps.into_iter().collect() }
    }

    async fn enter(&self, base: &str, browser: &Browser) -> Result<()> {
        browser.open(&format!("{base}{}", self.path)).await?;
        for step in &self.steps {
            match step {
                Step::Fill(css, text) => browser.fill(css, text).await?,
                Step::Click(css) => browser.click(css).await?,
                Step::Choose(css, value) => {
                    let script = format!(
                        "const list = document.querySelector({}); list.value = {};
                         list.dispatchEvent(new Event('change', {{ bubbles: true }}))",
                        json!(css),
                        json!(value)
                    );
                    browser.script(&script).await?;
                }
                Step::Focus(css) => {
                    browser.find(css).await?;
                    browser.script(&format!("document.querySelector({}).focus()", json!(css))).await?;
                }
                Step::Tick(css) => {
                    browser.script(&format!("document.querySelector({}).checked = true", json!(css))).await?;
                }
                Step::See(css) => {
                    browser.find(css).await?;
                }
                Step::Live => {
                    browser
                        .wait("the page to be live", async |_| {
                            Ok((browser.script(IS_LIVE).await? == true).then_some(()))
                        })
                        .await?;
                }
            }
        }
        Ok(())
    }
}

/// Leads its own browser through every scene whose name `wanted` selects, and calls `look` at each.
pub async fn walk(
    language: Language,
    wanted: impl Fn(&str) -> bool,
    mut look: impl AsyncFnMut(&Browser, &Scene) -> Result<()>,
) -> Result<()> {
    let telegram = BotApi::start().await;
    let server = TestServer::start_with(&telegram.url(), |config| {
        config.public_url = server::config::PublicUrl::parse("https://hooks.example.com");
        // A fixed setting is displayed differently.
        let _ = config.fixed.fix(Setting::RetryMaxAge, "24h");
    })
    .await;
    let browser = browser(language).await?;
    let setup = server.setup_link.as_deref().and_then(|link| link.find("/setup/").and_then(|at| link.get(at..)));
    for scene in all::signed_out(setup.context("no set-up link")?) {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    sign_in(&server, &browser).await?;
    for scene in all::nothing_yet() {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    let seed = all::Seed::plant(&server, &telegram, language).await?;
    for scene in seed.scenes() {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    let half_way = factor::HalfWay::go(&server, &browser).await?;
    for scene in factor::HalfWay::scenes() {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    half_way.enter(&server, &browser).await?;
    for scene in factor::with_factor() {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    for scene in factor::unconfirmed(&server).await? {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    let links = links(&server).await?.into_iter().chain(addresses(&server).await?);
    for scene in links.chain(factor::forgotten(&server).await?) {
        show(&server, &browser, &scene, &wanted, &mut look).await?;
    }
    server.stop().await;
    Ok(())
}

/// The pages behind one-time links.
async fn links(server: &TestServer) -> Result<Vec<Scene>> {
    let store = &server.state.store;
    let (invitation, reset) = (codes::secret(), codes::secret());
    let expires_at = now() + 60 * 60 * 1000;
    let new = NewInvitation {
        code_hash: &codes::hash(&invitation),
        email: "olga@example.com",
        role: Role::Viewer,
        made_by: "operator@example.com",
        expires_at,
    };
    store.accounts.add_invitation(new, &COMMAND_LINE).await?;
    let user_id = store.accounts.user_by_email("operator@example.com").await?.map(|user| user.account.id);
    store
        .accounts
        .add_link(
            NewLink { code_hash: &codes::hash(&reset), kind: LinkKind::Reset, user_id, expires_at },
            &COMMAND_LINE,
        )
        .await?;
    let (invitation, reset) = (format!("/invite/{invitation}"), format!("/reset/{reset}"));
    let short = |name: &'static str, path: &str| {
        let steps = [Step::Fill("[name=password]", "short".to_owned()), Step::Click("main button.primary")];
        Scene::new(name, path, steps.into_iter().chain([Step::See("[aria-invalid=true]")]))
    };
    Ok(vec![
        Scene::new("invite", &*invitation, [Step::See("[name=password]")]),
        short("invite-fault", &invitation),
        Scene::new("reset", &*reset, [Step::See("[name=password]")]),
        short("reset-fault", &reset),
    ])
}

/// The pages for the owner of a mail address who has no account.
async fn addresses(server: &TestServer) -> Result<Vec<Scene>> {
    let (store, code) = (&server.state.store, codes::secret());
    // The address is too long for one line of a phone's screen.
    let address = "an-address-that-is-longer-than-most.of-them@notifications.hooks.example.com";
    let address = EmailAddress::parse(address).context("an address")?;
    store.mails.add_address_link(&codes::hash(&code), &address, now() + 60 * 60 * 1000, now()).await?;
    let path = format!("/confirm-email/{code}");
    let answer = |name, button, then| Scene::new(name, &*path, [Step::Click(button), Step::See(then)]);
    Ok(vec![
        Scene::new("confirm-email", &*path, [Step::See("main form")]),
        answer("confirm-email-confirmed", "[value=confirm]", "main form:not(:has([value=confirm]))"),
        answer("confirm-email-stopped", "[value=stop]", "main form:not(:has([value=stop]))"),
        Scene::new("confirm-email-closed", "/confirm-email/guess", [Step::See(".alone")]),
    ])
}

async fn show(
    server: &TestServer,
    browser: &Browser,
    scene: &Scene,
    wanted: &impl Fn(&str) -> bool,
    look: &mut impl AsyncFnMut(&Browser, &Scene) -> Result<()>,
) -> Result<()> {
    if !wanted(scene.name) {
        return Ok(());
    }
    browser.as_desktop().await?;
    scene.enter(&server.base, browser).await.with_context(|| format!("the way to “{}”", scene.name))?;
    look(browser, scene).await.with_context(|| format!("at “{}”", scene.name))
}

/// Starts a browser for a person who reads only this language.
pub async fn browser(language: Language) -> Result<Browser> {
    Browser::start(match language {
        Language::Ru => "ru",
        Language::En => "en",
    })
    .await
}

/// Signs an administrator in by a one-time link.
pub async fn sign_in(server: &TestServer, browser: &Browser) -> Result<()> {
    let id = server.state.store.accounts.add_user("operator@example.com", Role::Admin, None, &COMMAND_LINE).await?.id;
    walk::enter(server, browser, id).await
}
