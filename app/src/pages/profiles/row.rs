//! A row of the list.

use leptos::{form::ActionForm, prelude::*};

use super::{SetEnabled, week::week_chart};
use crate::{
    listing::{ListRow, Why},
    parts::{CopyField, Moment, OutcomeMark},
    views::{LastDelivery, TargetView},
    words::{ProfilesWords, words},
};

/// The row.
pub(super) fn row(row: ListRow, may_change: bool, switch: ServerAction<SetEnabled>) -> AnyView {
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
                <CopyField text=short_url label=format!("{} «{name}»", w.short_url) />
            </td>
            <td data-title=w.enabled>
                <Switch id name enabled may_change switch />
            </td>
            <td class="row-actions">{menu}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Switch(id: i64, name: String, enabled: bool, may_change: bool, switch: ServerAction<SetEnabled>) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let label = if enabled { w.disable } else { w.enable };
    view! {
        <ActionForm action=switch>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="enabled" value=(!enabled).to_string() />
            <button
                class="switch-button"
                role="switch"
                disabled=!may_change
                aria-checked=enabled.to_string()
                aria-label=format!("{} «{name}»", w.enabled)
                title=if enabled { w.is_enabled } else { w.is_disabled }
            >
                <span class="visually-hidden">{label}</span>
            </button>
        </ActionForm>
    }
}

fn last_event(id: i64, last: Option<LastDelivery>, why: Option<Why>) -> AnyView {
    let Some(last) = last else {
        return view! { <span class="soft">{words::<ProfilesWords>().never}</span> }.into_any();
    };
    let tip = format!("why-{id}");
    // Shown while it is pointed at or has the focus; Escape ends both.
    let why = why.map(|why| {
        let hide = |event: leptos::ev::KeyboardEvent| {
            if event.key() == "Escape" {
                crate::parts::leave_focus();
            }
        };
        view! {
            <span class="tip-host">
                <button type="button" class="tip-button" aria-describedby=tip.clone() on:keydown=hide>
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
            <Moment at=last.at />
        </span>
    }
    .into_any()
}

fn target_name(target: TargetView) -> AnyView {
    let w = words::<ProfilesWords>();
    match target {
        TargetView::Sandbox => view! { <span class="tag">{w.sandbox}</span> }.into_any(),
        TargetView::Bot { bot: Some(bot), .. } => format!("@{}", bot.username).into_any(),
        TargetView::Bot { masked_token: Some(masked), bot: None } => {
            view! { <span class="mono" title=w.unknown_bot>{masked}</span> }.into_any()
        }
        TargetView::Bot { masked_token: None, bot: None } => {
            view! { <span class="mark bad">{w.no_token}</span> }.into_any()
        }
    }
}

/// What can be done to it.
fn menu(id: i64, name: &str, may_change: bool) -> AnyView {
    let w = words::<ProfilesWords>();
    let item = |path: &str, title: &'static str, external: bool| {
        view! {
            <a class="button plain" href=format!("/profiles/{id}{path}") rel=external.then_some("external")>
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
            {item("/key", w.new_key, true)}
            {item("/delete", w.delete, true)}
        }
        .into_any()
    });
    view! {
        <details class="menu">
            <summary class="button small" aria-label=format!("{} «{name}»", w.actions) title=w.actions>
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <path d="M3 6.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm5 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zm5 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z" />
                </svg>
            </summary>
            <div class="menu-body">
                {item("", if may_change { w.edit } else { w.open }, false)} {item("/share", w.share, false)}
                {item("/export", w.export, true)} {changes}
            </div>
        </details>
    }
    .into_any()
}
