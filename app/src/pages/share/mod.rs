//! `/profiles/{id}/share`: the short URL, where it goes, and whether it works. All but what has to move is drawn on the
//! server ([`drawn`]).

#[cfg(feature = "ssr")]
mod drawn;
#[cfg(feature = "ssr")]
mod sketch;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[cfg(feature = "ssr")]
use crate::error::AppError;
use crate::{
    pages::{
        drawn::{Drawn, Place, copy_text, load_drawn, pieces},
        layout::PageTitle,
    },
    parts::{Loaded, Moment, listen},
    words::{ShareTitle, words},
};

/// Everything on the page but the newest event: `html` is its head, the guide, and where to go from here; `copies` the
/// short URL, then the others.
#[cfg(feature = "ssr")]
pub(super) async fn draw_page(id: i64) -> Result<Drawn, AppError> {
    let viewer = crate::session::viewer()?;
    let sharing = expect_context::<crate::ports::Ports>().sharing;
    let shared = sharing.shared(&viewer, id).await?;
    let qr = sharing.qr(&shared.row.short_url);
    Ok(drawn::page(crate::preferences::current().language, shared, qr))
}

/// The newest event: `class` is `waiting`, `ok`, `warn` or `bad`; `html` what came of it, then a link for whoever has no
/// scripts; `at` when it came.
#[cfg(feature = "ssr")]
pub(super) async fn draw_newest(id: i64) -> Result<Drawn, AppError> {
    let viewer = crate::session::viewer()?;
    let last = expect_context::<crate::ports::Ports>().sharing.last_event(&viewer, id).await?;
    Ok(drawn::newest(crate::preferences::current().language, last))
}

/// The profile's id, as it stands in the address.
fn profile() -> String {
    use_params_map().with(|params| params.get("id").unwrap_or_default())
}

/// The page.
#[component]
pub fn SharePage() -> impl IntoView {
    let data = load_drawn(|| format!("share/{}", profile()));
    let draw: Place = |data| view! { <Share data /> }.into_any();
    let title = words::<ShareTitle>().title;
    view! {
        <PageTitle title />
        <Loaded resource=data draw is_page=true />
    }
}

#[component]
fn Share(data: Drawn) -> impl IntoView {
    let mut html = data.html;
    let below = html.split_off(html.len().min(1));
    let mut copies = data.copies.into_iter();
    let address = copies.next().map(|text| copy_text(text, false));
    let more =
        copies.map(|text| view! { <section class="card">{copy_text(text, true)}</section> }.into_any()).collect_view();
    let (guide, foot) = below.split_at(below.len().min(1));
    view! {
        {pieces(html)}
        <div class="share-top">
            <section class="card share-url">{address}</section>
            <NewestEvent />
        </div>
        <section class="card guide">{pieces(guide.to_vec())}</section>
        {more}
        {pieces(foot.to_vec())}
    }
}

/// The newest event, as it comes.
#[component]
fn NewestEvent() -> impl IntoView {
    let newest = load_drawn(|| format!("newest/{}", profile()));
    let url = format!("/live/profiles/{}", untrack(profile));
    listen(url, RwSignal::new(false), Callback::new(move |()| newest.refetch()));
    let draw: Place = |newest| {
        let at = newest.at.map(|at| {
            view! {
                <p class="soft">
                    <Moment at />
                </p>
            }
        });
        view! {
            <div class=format!("newest {}", newest.class)>
                {pieces(newest.html)}
                {at}
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card newest-card" aria-live="polite">
            <Loaded resource=newest draw />
        </section>
    }
}
