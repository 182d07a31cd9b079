//! One part for what comes from the server: loading, failed, there. And one for "nothing yet".

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::AppError,
    words::{Shell, app_error, language, words},
};

/// Shows what a resource brings, or that it is loading, or why it failed and what to do.
#[component]
pub fn Loaded<T, F>(
    /// What is loaded.
    resource: Resource<Result<T, AppError>>,
    /// Draws it.
    draw: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> AnyView + Send + Sync + 'static,
{
    let loading = words::<Shell>().loading;
    let draw = Arc::new(draw);
    view! {
        <Transition fallback=move || view! { <p class="loading" role="status">{loading}</p> }>
            {move || {
                let draw = Arc::clone(&draw);
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => draw(value),
                        Err(error) => {
                            view! { <Failed error retry=move || resource.refetch() /> }.into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}

/// Why something could not be shown, and what to do.
#[component]
pub fn Failed<R>(
    /// Why.
    error: AppError,
    /// Tries once more.
    retry: R,
) -> impl IntoView
where
    R: Fn() + Send + Sync + 'static,
{
    if error == AppError::SignedOut {
        Effect::new(|| {
            _ = window().location().set_href("/login");
        });
    }
    view! {
        <div class="notice bad" role="alert">
            <p>{app_error(language(), &error)}</p>
            <button type="button" class="button needs-script" on:click=move |_| retry()>
                {words::<Shell>().retry}
            </button>
        </div>
    }
}

/// Nothing here yet: what it will be, and what to do first.
#[component]
pub fn EmptyState(
    /// What will be here.
    title: &'static str,
    /// Why, and how it comes.
    why: &'static str,
    /// Where the first step is.
    href: &'static str,
    /// What it is called.
    action: &'static str,
) -> impl IntoView {
    view! {
        <div class="empty card">
            <h2>{title}</h2>
            <p>{why}</p>
            <a class="button primary" href=href>
                {action}
            </a>
        </div>
    }
}
