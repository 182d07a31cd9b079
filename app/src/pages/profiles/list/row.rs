//! A row of the list.

use leptos::prelude::*;

use super::week::week_chart;
use crate::{
    components::{CopyField, OutcomeMark},
    i18n::{BotStateWords, ProfilesWords, bot_state, in_quotes, language, words},
    pages::moment::At,
    views::{LastDelivery, ListRow, TargetView, Why},
};

/// `back` is the address of the list.
pub(super) fn row(row: ListRow, may_change: bool, back: &str) -> AnyView {
    let w = words::<ProfilesWords>();
    let ListRow { id, name, target, short_url, enabled, last, why, week } = row;
    let menu = menu(id, &name, may_change);
    view! {
        <tr class:off=!enabled>
            <th scope="row">
                <a href=format!("/profiles/{id}")>{name.clone()}</a>
                <span class="row-sub">{target_name(target)}</span>
            </th>
            <td data-title=w.week>{week_chart(&week)}</td>
            <td data-title=w.last>
                <span class="stack">{last_event(id, last, why)}</span>
            </td>
            <td data-title=w.short_url>
                {match short_url {
                    Some(url) => view! { <CopyField text=url label=format!("{} {}", w.short_url, in_quotes(language(), &name)) /> }.into_any(),
                    None => view! { <span class="soft" title=w.url_hidden_why>{w.url_hidden}</span> }.into_any(),
                }}
            </td>
            <td data-title=w.enabled>
                {switch(id, &name, enabled, may_change, back)}
            </td>
            <td class="row-actions">{menu}</td>
        </tr>
    }
    .into_any()
}

fn switch(id: i64, name: &str, enabled: bool, may_change: bool, back: &str) -> AnyView {
    let w = words::<ProfilesWords>();
    let label = if enabled { w.disable } else { w.enable };
    view! {
        <form method="post" action=format!("/profiles/{id}/enable") data-stay="">
            <input type="hidden" name="enabled" value=(!enabled).to_string() />
            <input type="hidden" name="back" value=back.to_owned() />
            <button
                class="switch-button"
                id=format!("switch-{id}")
                role="switch"
                disabled=!may_change
                aria-checked=enabled.to_string()
                aria-label=format!("{} {}", w.enabled, in_quotes(language(), name))
                title=if enabled { w.is_enabled } else { w.is_disabled }
            >
                <span class="visually-hidden">{label}</span>
            </button>
        </form>
    }
    .into_any()
}

fn last_event(id: i64, last: Option<LastDelivery>, why: Option<Why>) -> AnyView {
    let Some(last) = last else {
        return view! { <span class="soft">{words::<ProfilesWords>().never}</span> }.into_any();
    };
    let tip = format!("why-{id}");
    let why = why.map(|why| {
        view! {
            <span class="tip-host">
                <button type="button" class="tip-button" aria-describedby=tip.clone()>
                    {why.cause}
                </button>
                <span class="tip" role="tooltip" id=tip>
                    {why.advice}
                </span>
            </span>
        }
        .into_any()
    });
    view! {
        <OutcomeMark outcome=last.outcome />
        {why}
        <span class="soft">
            <At at=last.at />
        </span>
    }
    .into_any()
}

fn target_name(target: TargetView) -> AnyView {
    let w = words::<ProfilesWords>();
    match target {
        TargetView::Sandbox => view! { <span class="tag">{w.sandbox}</span> }.into_any(),
        TargetView::Bot(None) => view! { <span class="mark bad">{w.no_token}</span> }.into_any(),
        TargetView::Bot(Some(bot)) => {
            let state = bot_state(words::<BotStateWords>(), bot.state);
            let trouble = bot.state.suspended_for().map(|_| view! { " " <span class="mark bad">{state}</span> });
            view! {
                <a href=format!("/bots/{}", bot.id)>{bot.title()}</a>
                {trouble}
            }
            .into_any()
        }
    }
}

fn menu(id: i64, name: &str, may_change: bool) -> AnyView {
    let w = words::<ProfilesWords>();
    let item = |path: &str, title: &'static str| {
        view! {
            <a class="button plain" href=format!("/profiles/{id}{path}")>
                {title}
            </a>
        }
        .into_any()
    };
    let changes = may_change.then(|| {
        view! {
            <form method="post" action=format!("/profiles/{id}/duplicate")>
                <button class="button plain">{w.duplicate}</button>
            </form>
            {item("/key", w.new_key)}
            {item("/delete", w.delete)}
        }
        .into_any()
    });
    view! {
        <details class="menu">
            <summary class="button small" aria-label=format!("{} {}", w.actions, in_quotes(language(), name)) title=w.actions>
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M3 6.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm5 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm5 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z" />
                </svg>
            </summary>
            <div class="menu-body">
                {may_change.then(|| item("", w.edit))} {item("/share", w.share)}
                {item("/export", w.export)} {changes}
            </div>
        </details>
    }
    .into_any()
}
