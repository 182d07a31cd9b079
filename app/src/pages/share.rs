//! `/profiles/{id}/share`: the short URL, and where it goes.

use hookgram::sample::Sample;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    error::AppError,
    pages::{builder::load_builder, layout::PageTitle},
    parts::{CopyField, Loaded, load},
    views::{BuilderData, TargetView},
    words::{ShareWords, words},
};

/// The page.
#[component]
pub fn SharePage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").and_then(|id| id.parse::<i64>().ok()));
    let data = load(id, |id| async move {
        match id {
            Some(id) => load_builder(Some(id), None).await,
            None => Err(AppError::NotFound),
        }
    });
    let draw = |data: BuilderData| view! { <Share data /> }.into_any();
    view! { <Loaded resource=data draw /> }
}

#[component]
fn Share(data: BuilderData) -> impl IntoView {
    let w = words::<ShareWords>();
    data.detail.map(|detail| {
        let row = detail.row;
        let url = row.short_url;
        let command = format!(
            "curl -H 'Content-Type: application/json' -d '{}' '{url}'",
            Sample::minimal_json().replace('\'', "\\u0027"),
        );
        let override_url = format!("{url}?message=Запись%20отменена");
        let sandbox = row.target == TargetView::Sandbox;
        view! {
            <PageTitle title=w.title />
            <div class="page-head">
                <div>
                    <p class="crumbs">
                        <a href=format!("/profiles/{}", row.id)>{row.name}</a>
                    </p>
                    <h1>{w.title}</h1>
                    <p class="why">{w.why}</p>
                </div>
            </div>
            <section class="card share-url">
                <CopyField text=url label=w.url />
                <p class="help">{w.secret}</p>
            </section>
            <section class="card">
                <h2>{w.steps_title}</h2>
                <ol class="steps">
                    <li>{w.step_service}</li>
                    <li>{w.step_integrations}</li>
                    <li>{w.step_paste}</li>
                    <li>{w.step_action}</li>
                </ol>
            </section>
            <section class="card">
                <h2>{w.check_title}</h2>
                <p class="why">{w.check_why}</p>
                <CopyField text=command label=w.check_title />
                <h2>{w.override_title}</h2>
                <p class="why">{w.override_why}</p>
                <CopyField text=override_url label=w.override_title />
            </section>
            <p class="actions">
                <a class="button" href=format!("/profiles/{}", row.id)>
                    {w.back}
                </a>
                {sandbox.then(|| view! {
                    <a class="button" href="/sandbox">
                        {w.sandbox}
                    </a>
                })}
            </p>
        }
    })
}
