//! The links to share, and `/bots/{id}/booking/poster`.

use leptos::prelude::*;

use crate::{
    components::{CopyField, qr_picture},
    i18n::{BookingWords, words},
    views::{BotView, QrCode},
};

/// A link that starts the bot.
#[derive(Clone, Debug)]
pub struct StartLink {
    /// The service's title; `None` for all services.
    pub title: Option<String>,
    /// The link.
    pub url: String,
    /// The link as a QR code.
    pub qr: Option<QrCode>,
    /// The path of its poster.
    pub poster: String,
}

/// A page to print, with a QR code that starts the bot.
#[derive(Clone, Debug)]
pub struct PosterView {
    /// The bot.
    pub bot: BotView,
    /// The link.
    pub link: StartLink,
}

#[component]
pub(super) fn Links(bot: BotView, links: Vec<StartLink>, enabled: Option<bool>, may_act: bool) -> impl IntoView {
    let w = words::<BookingWords>();
    let id = bot.id;
    let nameless = bot.username.is_empty().then(|| {
        view! {
            <div class="notice warn" id="no-username">
                <p>{w.no_username}</p>
                {may_act
                    .then(|| {
                        view! {
                            <form method="post" action=format!("/bots/{id}/check")>
                                <button class="button small">{w.check}</button>
                            </form>
                        }
                    })}
            </div>
        }
    });
    let off = (enabled == Some(false)).then(|| view! { <p class="notice warn">{w.give_off}</p> });
    let body = if links.is_empty() {
        (!bot.username.is_empty()).then(|| view! { <p class="soft">{w.give_later}</p> }).into_any()
    } else {
        view! {
            {off}
            <ul class="start-links">{links.into_iter().map(link).collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <section class="card" id="links">
            <h2>{w.give}</h2>
            <p class="why">{w.give_why}</p>
            {nameless}
            {body}
        </section>
    }
}

fn link(link: StartLink) -> AnyView {
    let w = words::<BookingWords>();
    let StartLink { title, url, qr, poster } = link;
    let is_all = title.is_none();
    let title = title.unwrap_or_else(|| w.all_services.to_owned());
    let qr = qr.map(|qr| {
        view! {
            <details class="qr-fold">
                <summary class="button small">{w.qr_show}</summary>
                {qr_picture(qr, w.qr)}
            </details>
        }
    });
    view! {
        <li>
            <h3 translate=(!is_all).then_some("no")>{title.clone()}</h3>
            <div translate=(!is_all).then_some("no")>
                <CopyField text=url label=title />
            </div>
            <div class="start-link-acts">
                {qr}
                <a class="button small" href=poster>
                    {w.poster}
                </a>
            </div>
        </li>
    }
    .into_any()
}

#[component]
pub(in crate::pages) fn Poster(view: PosterView) -> impl IntoView {
    let w = words::<BookingWords>();
    let PosterView { bot, link } = view;
    let back = format!("/bots/{}/booking#links", bot.id);
    let name = if bot.name.is_empty() { bot.title() } else { bot.name.clone() };
    let service = link.title.map(|title| view! { <p class="poster-service" translate="no">{title}</p> });
    let address = format!("@{}", bot.username);
    view! {
        <p class="crumbs">
            <a href=back>{w.title}</a>
        </p>
        <p class="help no-print">{w.poster_print}</p>
        <article class="poster">
            <h1 translate="no">{name}</h1>
            {service}
            <p class="poster-do">{w.poster_do}</p>
            {link.qr.map(|qr| qr_picture(qr, w.qr))}
            <p>{w.poster_how}</p>
            <p class="poster-address" translate="no">
                {address}
            </p>
        </article>
    }
}
