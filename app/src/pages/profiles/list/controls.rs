//! The controls around the list: create, search, filter, sort, and the pager.

use hookgram::profile_list::{ListQuery, Show, Sort};
use leptos::prelude::*;

use crate::{
    i18n::{ProfilesWords, language, page_of, words},
    pages::LiveTitle,
    views::ListPage,
};

#[component]
pub(super) fn PageHead(may_change: bool) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let export = view! {
        <a class="button plain" href="/profiles/export" download>
            {w.export_all}
        </a>
    };
    let make = may_change.then(|| {
        view! {
            <a class="button primary" href="/profiles/new">
                {w.new}
            </a>
        }
    });
    let bring = may_change.then(|| {
        view! {
            <a class="button plain" href="/profiles/urls">
                {w.urls}
            </a>
            <a class="button plain" href="/profiles/import">
                {w.import}
            </a>
        }
    });
    view! {
        <div class="page-head">
            <LiveTitle title=w.title />
            <div class="actions">
                <details class="menu">
                    <summary class="button more">{w.more}</summary>
                    <div class="menu-body">{bring} {export}</div>
                </details>
                {make}
            </div>
        </div>
    }
}

#[component]
pub(super) fn Controls(page: ListPage) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let ListPage { query, counts, .. } = page;
    let title = |show| match show {
        Show::All => w.all,
        Show::Enabled => w.only_enabled,
        Show::Disabled => w.only_disabled,
        Show::Failing => w.only_failing,
        Show::Unused => w.only_unused,
    };
    let filters = Show::ALL.into_iter().zip(counts).map(|(show, count)| {
        let address = ListQuery { show, page: 1, ..query.clone() }.address();
        link(address, query.show == show, view! { {title(show)} <span class="count">{count}</span> }.into_any())
    });
    let orders = Sort::ALL.into_iter().map(|sort| {
        let title = match sort {
            Sort::Name => w.by_name,
            Sort::Last => w.by_last,
            Sort::Failures => w.by_failures,
        };
        let address = ListQuery { sort, page: 1, ..query.clone() }.address();
        link(address, query.sort == sort, title.into_any())
    });
    let kept =
        [("show", query.show.name(), query.show != Show::All), ("sort", query.sort.name(), query.sort != Sort::Name)];
    let kept = kept.into_iter().filter(|(.., keep)| *keep);
    let kept =
        kept.map(|(name, value, _)| view! { <input type="hidden" name=name value=value /> }.into_any()).collect_view();
    view! {
        <div class="list-controls">
            <form class="search" method="get" action="/" role="search">
                <input
                    class="input"
                    type="search"
                    name="q"
                    value=query.search.clone()
                    placeholder=w.search
                    aria-label=w.search
                    autocomplete="off"
                />
                {kept}
                <button class="button">{w.search_do}</button>
            </form>
            <nav class="chips" aria-label=w.filter>
                {filters.collect_view()}
            </nav>
            <nav class="chips order" aria-label=w.sort>
                <span class="soft">{w.sort}</span>
                {orders.collect_view()}
            </nav>
        </div>
    }
}

fn link(address: String, chosen: bool, title: AnyView) -> AnyView {
    view! {
        <a class="chip" href=address aria-current=chosen.then_some("true")>
            {title}
        </a>
    }
    .into_any()
}

/// The links to the other pages; `None` if there is only one.
pub(super) fn pager(page: &ListPage) -> Option<AnyView> {
    let w = words::<ProfilesWords>();
    let (pages, at) = (page.pages(), page.query.page);
    let to = |page_number: u32, rel: &'static str, title: &'static str| {
        let there = (1..=pages).contains(&page_number);
        there.then(|| {
            let address = ListQuery { page: page_number, ..page.query.clone() }.address();
            view! {
                <a class="button" href=address rel=rel>
                    {title}
                </a>
            }
            .into_any()
        })
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=w.pages>
                {to(at.saturating_sub(1), "prev", w.earlier)}
                <span class="soft">{page_of(language(), at, pages)}</span>
                {to(at.saturating_add(1), "next", w.later)}
            </nav>
        }
        .into_any()
    })
}
