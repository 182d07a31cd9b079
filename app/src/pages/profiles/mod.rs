//! `/`: the list of profiles. What it shows stands in its address: the search is a plain form, all else are links.

mod controls;
mod row;
mod week;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    error::AppError,
    listing::{ListPage, ListQuery, Show},
    pages::layout::PageTitle,
    parts::{EmptyState, Loaded, load},
    words::{ProfilesWords, app_error, language, words},
};

/// A page of the list.
#[server(prefix = "/rpc", endpoint = "profiles")]
pub async fn list_profiles(query: ListQuery) -> Result<ListPage, AppError> {
    let viewer = crate::session::viewer()?;
    expect_context::<crate::ports::Ports>().profiles.list(&viewer, query).await
}

/// Opens or closes a profile's door.
#[server(prefix = "/rpc", endpoint = "enable-profile")]
pub async fn set_enabled(id: i64, enabled: bool) -> Result<(), AppError> {
    let operator = crate::session::operator()?;
    expect_context::<crate::ports::Ports>().profiles.set_enabled(&operator, id, enabled).await
}

/// The list.
#[component]
pub fn ProfilesPage() -> impl IntoView {
    let w = words::<ProfilesWords>();
    let language = language();
    let switch = ServerAction::<SetEnabled>::new();
    let asked = use_query_map();
    let query = Memo::new(move |_| asked.with(|asked| ListQuery::of(|name| asked.get(name))));
    let page = load(move || (query.get(), switch.version().get()), |(query, _)| list_profiles(query));
    let refused = move || match switch.value().get() {
        Some(Err(error)) => app_error(language, &error),
        _ => String::new(),
    };
    let draw = move |page: ListPage| {
        if page.all == 0 { nothing_yet(page.may_change) } else { view! { <List page switch /> }.into_any() }
    };
    view! {
        <PageTitle title=w.title />
        <p class="notice bad" role="alert" hidden=move || refused().is_empty()>
            {move || refused()}
        </p>
        <Loaded resource=page draw is_page=true />
    }
}

/// There is no profile at all: where to begin.
fn nothing_yet(may_change: bool) -> AnyView {
    let w = words::<ProfilesWords>();
    let ways = may_change.then(|| {
        view! {
            <div class="actions ways">
                <a class="button primary" href="/profiles/new?from=url">
                    {w.empty_old}
                </a>
                <a class="button" href="/profiles/new">
                    {w.empty_action}
                </a>
                <a class="button" href="/sandbox" rel="external">
                    {w.empty_sandbox}
                </a>
            </div>
            <p class="help">
                {w.empty_many} " " <a href="/profiles/urls" rel="external">
                    {w.urls}
                </a> " · " <a href="/profiles/import" rel="external">
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

#[component]
fn List(page: ListPage, switch: ServerAction<SetEnabled>) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let head = view! { <controls::PageHead may_change=page.may_change /> }.into_any();
    let controls = view! { <controls::Controls page=page.clone() /> }.into_any();
    let pager = controls::pager(&page);
    let may_change = page.may_change;
    let rows = if page.rows.is_empty() {
        let (title, why) = match page.query.show {
            Show::Failing if page.query.search.is_empty() => (w.none_failing, w.none_failing_why),
            _ => (w.none_title, w.none_why),
        };
        view! { <EmptyState title why href="/" action=w.show_all /> }.into_any()
    } else {
        let rows = page.rows.into_iter().map(|row| row::row(row, may_change, switch)).collect_view();
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
        {rows}
        {pager}
    }
}
