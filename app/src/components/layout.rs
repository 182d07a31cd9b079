//! The layout of pages for signed-in users.

use hookgram::role::{Account, Role};
use leptos::prelude::*;

use crate::{
    components::choices::Choices,
    i18n::{Shell, words},
};

/// The bar above every page.
#[component]
pub fn TopBar(
    /// The navigation entry that the page belongs to.
    path: &'static str,
    /// The account menu.
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
                <NavLink href="/" title=w.profiles path />
                <NavLink href="/bots" title=w.bots path />
                <NavLink href="/customers" title=w.customers path />
                <NavLink href="/deliveries" title=w.deliveries path />
                <NavLink href="/sandbox" title=w.sandbox path />
                <NavLink href="/health" title=w.health path />
            </nav>
            <div class="tools">
                <Choices />
                {children()}
            </div>
        </header>
    }
}

#[component]
fn NavLink(href: &'static str, title: &'static str, path: &'static str) -> impl IntoView {
    view! {
        <a href=href aria-current=(href == path).then_some("page")>
            {title}
        </a>
    }
}

/// The logo: a hook, with a paper plane that carries the message.
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

/// The signed-in account and the button to sign out.
#[component]
pub fn AccountMenu(
    /// The account.
    account: Account,
    /// Whether the server has a problem that somebody must fix.
    needs_you: bool,
) -> impl IntoView {
    let w = words::<Shell>();
    let email = account.email;
    let administration = (account.role == Role::Admin).then(|| {
        let links = [("/users", w.people), ("/settings", w.settings), ("/audit", w.audit)];
        links.map(|(href, title)| view! { <a class="button plain" href=href>{title}</a> }).into_any()
    });
    view! {
        {needs_you
            .then(|| {
                view! {
                    <a class="needs-you" href="/health" title=w.needs_you>
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
                <a class="button plain" href="/account">
                    {w.account}
                </a>
                {administration}
                // A plain form loads the next page anew, so that it keeps no state of this one.
                <form method="post" action="/logout">
                    <button class="button plain">{w.sign_out}</button>
                </form>
            </div>
        </details>
    }
}
