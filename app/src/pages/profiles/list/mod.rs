//! `/`: the list of profiles. Its query is in the address: the search is a plain form; filters and order are links.

mod controls;
mod row;
mod week;

use hookgram::profile_list::Show;
use leptos::prelude::*;

use crate::{
    components::EmptyState,
    i18n::{ProfilesWords, words},
    views::ListPage,
};

#[component]
pub(in crate::pages) fn List(page: ListPage) -> impl IntoView {
    if page.all == 0 { nothing_yet(page.may_change) } else { some(page) }
}

/// The page without any profile: the steps from a bot to the first message, and alternatives.
fn nothing_yet(may_change: bool) -> AnyView {
    let w = words::<ProfilesWords>();
    let ways = may_change.then(|| {
        view! {
            <ol class="first-steps">
                <li>
                    <b>{w.step_bot}</b>
                    <span>{w.step_bot_why} " " <a href="/bots#add">{w.step_bot_link}</a></span>
                </li>
                <li>
                    <b>{w.step_profile}</b>
                    <span>{w.step_profile_why}</span>
                </li>
                <li>
                    <b>{w.step_url}</b>
                    <span>{w.step_url_why}</span>
                </li>
            </ol>
            <div class="actions ways">
                <a class="button primary" href="/profiles/new">
                    {w.empty_action}
                </a>
                <a class="button" href="/sandbox">
                    {w.empty_sandbox}
                </a>
            </div>
            <p class="help">
                {w.empty_else} " " <a href="/profiles/new?from=url">
                    {w.empty_old}
                </a> " · " <a href="/profiles/urls">
                    {w.urls}
                </a> " · " <a href="/profiles/import">
                    {w.import}
                </a>
            </p>
        }
        .into_any()
    });
    view! {
        <div class="page-head">
            <h1>{w.title}</h1>
        </div>
        <div class="empty card">
            <h2>{w.empty_title}</h2>
            <p>{w.empty_why}</p>
            {ways}
        </div>
    }
    .into_any()
}

fn some(page: ListPage) -> AnyView {
    let w = words::<ProfilesWords>();
    let head = view! { <controls::PageHead may_change=page.may_change /> };
    let controls = view! { <controls::Controls page=page.clone() /> };
    let pager = controls::pager(&page);
    let may_change = page.may_change;
    let back = page.query.address();
    let rows = if page.rows.is_empty() {
        let (title, why) = match page.query.show {
            Show::Failing if page.query.search.is_empty() => (w.none_failing, w.none_failing_why),
            _ => (w.none_title, w.none_why),
        };
        view! { <EmptyState title why href="/" action=w.show_all /> }.into_any()
    } else {
        let rows = page.rows.into_iter().map(|row| row::row(row, may_change, &back)).collect_view();
        view! {
            <div class="card table-card">
                <table class="table profiles" aria-label=w.list>
                    <thead>
                        <tr>
                            <th scope="col">{w.name}</th>
                            <th scope="col">{w.week}</th>
                            <th scope="col">{w.last}</th>
                            <th scope="col">{w.short_url}</th>
                            <th scope="col">{w.enabled}</th>
                            <th scope="col">
                                <span class="visually-hidden">{w.actions}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        {head}
        {controls}
        <div data-fresh="rows" data-listen=crate::pages::live("/live/deliveries")>
            {rows}
        </div>
        {pager}
    }
    .into_any()
}
