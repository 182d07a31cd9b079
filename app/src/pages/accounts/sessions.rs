//! The account's sessions, and ending them.

use hookgram::Millis;
use leptos::prelude::*;

use crate::{
    i18n::{AccountWords, words},
    pages::moment::At,
};

/// A session.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// The session's id.
    pub id: String,
    /// Browser and operating system; empty if neither is known.
    pub device: String,
    /// The IP address from which the session was started.
    pub address: String,
    /// When it started.
    pub since: Millis,
    /// When it was last used.
    pub last_used: Millis,
    /// Whether it is the reader's current session.
    pub is_this: bool,
}

/// The card with the sessions, on the account's page.
#[component]
pub(super) fn Sessions(sessions: Vec<SessionView>) -> impl IntoView {
    let w = words::<AccountWords>();
    let others = sessions.len() > 1;
    let rows = sessions.into_iter().map(session).collect_view();
    view! {
        <section class="card" aria-labelledby="sessions">
            <h2 id="sessions">{w.sessions_title}</h2>
            <p class="why">{w.sessions_why}</p>
            <ul class="sessions">{rows}</ul>
            {others
                .then(|| {
                    view! {
                        <div class="actions form-end">
                            <a class="button" href="/account/sessions/end">
                                {w.end_others}
                            </a>
                        </div>
                    }
                })}
        </section>
    }
}

fn session(session: SessionView) -> AnyView {
    let w = words::<AccountWords>();
    let SessionView { id, device, address, since, last_used, is_this } = session;
    let name = if device.is_empty() { w.unknown_device.to_owned() } else { device };
    let label = format!("{} {name}, {address}", w.end_session_of);
    let end = if is_this {
        view! { <span class="mark ok">{w.this_one}</span> }.into_any()
    } else {
        view! {
            <form method="post" action=format!("/account/sessions/{id}/end")>
                <button class="button small" aria-label=label>
                    {w.end_session}
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <div>
                <b>{name}</b>
                <span class="help">
                    <span translate="no">{address}</span>
                    " · "
                    {w.since}
                    " "
                    <At at=since />
                    " · "
                    {w.last_used}
                    " "
                    <At at=last_used />
                </span>
            </div>
            {end}
        </li>
    }
    .into_any()
}

/// `/account/sessions/end`
#[component]
pub(in crate::pages) fn EndSessions(sessions: Vec<SessionView>) -> impl IntoView {
    let w = words::<AccountWords>();
    let others = sessions.into_iter().filter(|session| !session.is_this).collect::<Vec<_>>();
    let none = others.is_empty();
    let rows = others
        .into_iter()
        .map(|session| {
            let name = if session.device.is_empty() { w.unknown_device.to_owned() } else { session.device };
            view! {
                <li>
                    <b>{name}</b>
                    {format!(" · {} · {} ", session.address, w.last_used)}
                    <At at=session.last_used />
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/account">{w.title}</a>
            </p>
            <h1>{w.end_others_title}</h1>
            <form class="card" method="post" action="/account/sessions/end">
                <p>{if none { w.end_others_none } else { w.end_others_why }}</p>
                <ul class="consequences">{rows}</ul>
                <div class="actions form-end">
                    {(!none).then(|| view! { <button class="button danger">{w.end_others}</button> })}
                    <a class="button" href="/account">
                        {w.back}
                    </a>
                </div>
            </form>
        </div>
    }
}
