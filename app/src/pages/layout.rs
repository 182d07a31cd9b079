//! What stands around every page of somebody who is signed in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    error::AppError,
    pages::{alone::Alone, choices::Choices},
    parts::load,
    session::Account,
    words::{Shell, words},
};

/// Who is signed in, and whether something needs them.
#[server(prefix = "/rpc", endpoint = "who")]
pub async fn who() -> Result<(Account, bool), AppError> {
    let needs_you = use_context::<crate::session::NeedsYou>().unwrap_or_default();
    Ok((crate::session::viewer()?.account().clone(), needs_you.0))
}

/// Top bar, page.
#[component]
pub fn Layout() -> impl IntoView {
    let account = load(|| (), |()| who());
    let location = use_location();
    #[cfg(feature = "hydrate")]
    crate::parts::close_menus();
    view! {
        <TopBar path=location.pathname>
            <Transition fallback=|| ()>
                {move || Suspend::new(async move {
                    account
                        .await
                        .ok()
                        .map(|(account, needs_you)| view! { <AccountMenu email=account.email needs_you /> }.into_any())
                })}
            </Transition>
        </TopBar>
        <main id="content" tabindex="-1">
            <Outlet />
        </main>
    }
}

/// What stands above every page.
#[component]
pub fn TopBar(
    /// The page's path.
    #[prop(into)]
    path: Signal<String>,
    /// Who is signed in.
    children: Children,
) -> impl IntoView {
    let w = words::<Shell>();
    view! {
        <a class="skip" href="#content">
            {w.skip}
        </a>
        <header class="top">
            <a href="/" class="brand" aria-label="Hookgram">
                <Brand />
                <span class="brand-name">"Hookgram"</span>
            </a>
            <nav aria-label=w.main_navigation>
                <NavLink href="/" title=w.profiles path here=|path| path == "/" || path.starts_with("/profiles") />
                <NavLink
                    href="/deliveries"
                    title=w.deliveries
                    path
                    here=|path| path.starts_with("/deliveries")
                    external=true
                />
                <NavLink
                    href="/sandbox"
                    title=w.sandbox
                    path
                    here=|path| path.starts_with("/sandbox")
                    external=true
                />
                <NavLink
                    href="/health"
                    title=w.health
                    path
                    here=|path| path.starts_with("/health")
                    external=true
                />
            </nav>
            <div class="tools">
                <Choices />
                {children()}
            </div>
        </header>
    }
}

#[component]
fn NavLink(
    href: &'static str,
    title: &'static str,
    path: Signal<String>,
    here: fn(&str) -> bool,
    /// Whether the server alone draws it.
    #[prop(optional)]
    external: bool,
) -> impl IntoView {
    view! {
        <a href=href rel=external.then_some("external") aria-current=move || path.with(|path| here(path)).then_some("page")>
            {title}
        </a>
    }
}

/// The mark: a hook, and at its end the paper plane that flies off with the message.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <circle cx="10.5" cy="7.6" r="2.1" />
            <path d="M10.5 9.7v8.6a5.75 5.75 0 0 0 11.5 0v-3.6" />
            <path class="plane" d="m22 5.6 4.5 9.3-4.5-2-4.5 2z" />
        </svg>
    }
}

/// Who is signed in, and the way out.
#[component]
pub fn AccountMenu(
    /// Their address.
    email: String,
    /// Whether something needs them.
    needs_you: bool,
) -> impl IntoView {
    let w = words::<Shell>();
    view! {
        {needs_you
            .then(|| {
                view! {
                    <a class="needs-you" href="/health" rel="external" title=w.needs_you>
                        <span class="visually-hidden">{w.needs_you}</span>
                        "!"
                    </a>
                }
            })}
        <details class="menu">
            <summary class="button small" aria-label=email.clone()>
                <svg class="icon person" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="5.2" r="2.7" />
                    <path d="M2.6 14a5.4 5.4 0 0 1 10.8 0" />
                </svg>
                <span class="menu-name">{email.clone()}</span>
            </summary>
            <div class="menu-body">
                <p class="menu-who">{email.clone()}</p>
                <a class="button plain" href="/account" rel="external">
                    {w.account}
                </a>
                // A plain form: the page that follows knows nothing of what this one held.
                <form method="post" action="/logout">
                    <button class="button plain">{w.sign_out}</button>
                </form>
            </div>
        </details>
    }
}

/// The title of the browser's tab.
#[component]
pub fn PageTitle(
    /// The page's own title.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    view! { <Title text=format!("{title} · Hookgram") /> }
}

/// There is no such page.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let w = words::<Shell>();
    view! {
        <Alone title=w.not_found_title why=w.not_found_why>
            <a class="button primary" href="/">
                {w.to_profiles}
            </a>
        </Alone>
    }
}
