//! `/profiles/{id}/share`: the short URL, where it goes, and whether it works.
//!
//! All but what has to move is put into words and drawn on the server ([`drawn`]): the guide need not be in the browser's
//! module.

#[cfg(feature = "ssr")]
mod drawn;
#[cfg(feature = "ssr")]
mod sketch;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    pages::layout::PageTitle,
    parts::{CopyField, Loaded, Moment, listen, load},
    views::Millis,
};

/// The page, worded. The texts named so are HTML of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareData {
    /// The profile's id.
    pub id: i64,
    /// The page's title.
    pub title: String,
    /// HTML: the head of the page and what is in the way.
    pub head: String,
    /// The short URL.
    pub address: CopyText,
    /// HTML: the guide.
    pub guide: String,
    /// More texts to copy.
    pub more: Vec<CopyText>,
    /// HTML: where to go from here.
    pub foot: String,
}

/// A text to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyText {
    /// HTML before it: its title and what it is for.
    pub before: String,
    /// The text.
    pub text: String,
    /// What it is, for a screen reader.
    pub label: String,
    /// HTML after it.
    pub after: String,
}

/// What has come of a profile's newest event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// `waiting`, `ok`, `warn` or `bad`.
    pub class: String,
    /// HTML.
    pub html: String,
    /// When the event came.
    pub at: Option<Millis>,
    /// HTML for whoever has no scripts.
    pub again: String,
}

/// Everything on the page but the newest event.
#[server(prefix = "/rpc", endpoint = "share")]
pub async fn load_share(id: i64) -> Result<ShareData, AppError> {
    let viewer = crate::session::viewer()?;
    let sharing = expect_context::<crate::ports::Ports>().sharing;
    let shared = sharing.shared(&viewer, id).await?;
    let qr = sharing.qr(&shared.row.short_url);
    Ok(drawn::page(crate::preferences::current().language, shared, qr))
}

/// The newest event.
#[server(prefix = "/rpc", endpoint = "last-event")]
pub async fn last_event(id: i64) -> Result<Arrival, AppError> {
    let viewer = crate::session::viewer()?;
    let last = expect_context::<crate::ports::Ports>().sharing.last_event(&viewer, id).await?;
    Ok(drawn::arrival(crate::preferences::current().language, last))
}

/// The page.
#[component]
pub fn SharePage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").and_then(|id| id.parse::<i64>().ok()));
    let data = load(id, |id| async move {
        match id {
            Some(id) => load_share(id).await,
            None => Err(AppError::NotFound),
        }
    });
    let draw = |data: ShareData| view! { <Share data /> }.into_any();
    view! { <Loaded resource=data draw /> }
}

#[component]
fn Share(data: ShareData) -> impl IntoView {
    let more = data
        .more
        .into_iter()
        .map(|text| view! { <section class="card">{copy_text(text, true)}</section> })
        .collect_view();
    view! {
        <PageTitle title=data.title />
        <div inner_html=data.head></div>
        <div class="share-top">
            <section class="card share-url">{copy_text(data.address, false)}</section>
            <NewestEvent id=data.id />
        </div>
        <section class="card guide" inner_html=data.guide></section>
        {more}
        <p class="actions" inner_html=data.foot></p>
    }
}

fn copy_text(text: CopyText, whole: bool) -> impl IntoView {
    view! {
        <div inner_html=text.before></div>
        <CopyField text=text.text label=text.label whole />
        <div inner_html=text.after></div>
    }
}

/// The newest event, as it comes.
#[component]
fn NewestEvent(id: i64) -> impl IntoView {
    let arrival = load(move || id, last_event);
    listen(format!("/live/profiles/{id}"), RwSignal::new(false), Callback::new(move |()| arrival.refetch()));
    let draw = |arrival: Arrival| {
        let at = arrival.at.map(|at| {
            view! {
                <p class="soft">
                    <Moment at />
                </p>
            }
        });
        view! {
            <div class=format!("newest {}", arrival.class)>
                <div inner_html=arrival.html></div>
                {at}
                <div class="without-script" inner_html=arrival.again></div>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card newest-card" aria-live="polite">
            <Loaded resource=arrival draw />
        </section>
    }
}
