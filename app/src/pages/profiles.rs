//! `/`: the list of profiles.

use leptos::{form::ActionForm, prelude::*};

use crate::{
    error::AppError,
    pages::layout::PageTitle,
    parts::{CopyField, EmptyState, Loaded, Moment, OutcomeMark, load},
    views::{ProfileRow, TargetView},
    words::{ProfilesWords, app_error, language, words},
};

/// Every profile.
#[server(prefix = "/rpc", endpoint = "profiles")]
pub async fn list_profiles() -> Result<Vec<ProfileRow>, AppError> {
    let viewer = crate::session::viewer()?;
    expect_context::<crate::ports::Ports>().profiles.list(&viewer).await
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
    let profiles = load(move || switch.version().get(), |_| list_profiles());
    let refused = move || match switch.value().get() {
        Some(Err(error)) => app_error(language, &error),
        _ => String::new(),
    };
    let draw = move |rows: Vec<ProfileRow>| {
        if rows.is_empty() {
            view! { <EmptyState title=w.empty_title why=w.empty_why href="/profiles/new" action=w.empty_action /> }
                .into_any()
        } else {
            view! { <ProfileTable rows switch /> }.into_any()
        }
    };
    view! {
        <PageTitle title=w.title />
        <div class="page-head">
            <h1>{w.title}</h1>
            <a class="button primary" href="/profiles/new">
                {w.new}
            </a>
        </div>
        <p class="notice bad" role="alert" hidden=move || refused().is_empty()>
            {refused}
        </p>
        <Loaded resource=profiles draw />
    }
}

#[component]
fn ProfileTable(rows: Vec<ProfileRow>, switch: ServerAction<SetEnabled>) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let rows = rows.into_iter().map(|row| view! { <Row row switch /> }).collect_view();
    view! {
        <div class="card table-card">
            <table class="table" aria-label=w.list>
                <thead>
                    <tr>
                        <th scope="col">{w.name}</th>
                        <th scope="col">{w.target}</th>
                        <th scope="col">{w.short_url}</th>
                        <th scope="col">{w.last}</th>
                        <th scope="col" class="end">
                            {w.enabled}
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(row: ProfileRow, switch: ServerAction<SetEnabled>) -> impl IntoView {
    let w = words::<ProfilesWords>();
    let ProfileRow { id, name, target, short_url, enabled, last } = row;
    let last = match last {
        None => view! { <span class="soft">{w.never}</span> }.into_any(),
        Some(last) => view! {
            <OutcomeMark outcome=last.outcome />
            <span class="soft">
                <Moment at=last.at />
            </span>
        }
        .into_any(),
    };
    let label = if enabled { w.disable } else { w.enable };
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/profiles/{id}")>{name.clone()}</a>
            </th>
            <td data-title=w.target>
                <TargetName target />
            </td>
            <td data-title=w.short_url>
                <CopyField text=short_url label=format!("{} «{name}»", w.short_url) />
            </td>
            <td data-title=w.last>
                <span class="stack">{last}</span>
            </td>
            <td class="end" data-title=w.enabled>
                <ActionForm action=switch>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="enabled" value=(!enabled).to_string() />
                    <button
                        class="switch-button"
                        role="switch"
                        aria-checked=enabled.to_string()
                        aria-label=format!("{} «{name}»", w.enabled)
                        title=if enabled { w.is_enabled } else { w.is_disabled }
                    >
                        <span class="visually-hidden">{label}</span>
                    </button>
                </ActionForm>
            </td>
        </tr>
    }
}

#[component]
fn TargetName(target: TargetView) -> impl IntoView {
    let w = words::<ProfilesWords>();
    match target {
        TargetView::Sandbox => view! { <span class="tag">{w.sandbox}</span> }.into_any(),
        TargetView::Bot { bot: Some(bot), .. } => view! { <span>{format!("@{}", bot.username)}</span> }.into_any(),
        TargetView::Bot { masked_token: Some(masked), bot: None } => {
            view! { <span class="mono soft" title=w.unknown_bot>{masked}</span> }.into_any()
        }
        TargetView::Bot { masked_token: None, bot: None } => {
            view! { <span class="mark bad">{w.no_token}</span> }.into_any()
        }
    }
}
