//! One part for what comes from the server: loading, failed, there. And one for "nothing yet".

use std::sync::Arc;

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
    server_fn::{Decodes, Encodes, codec::JsonEncoding},
};
use leptos_meta::Title;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::AppError,
    words::{Shell, app_error, language, words},
};

/// What comes from the server, or why it does not.
pub type Load<T> = Resource<Result<T, AppError>, Json>;

/// The JSON of server functions, for resources too: leptos's own choice reads each type by a second copy of the code.
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = <JsonEncoding as Encodes<T>>::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        JsonEncoding::encode(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = <JsonEncoding as Decodes<T>>::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        JsonEncoding::decode(text.as_bytes().to_vec().into())
    }
}

/// Loads from the server, anew whenever the key changes.
pub fn load<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Load<T>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    Resource::new_with_options(key, fetch, false)
}

/// Shows what a resource brings, or that it is loading, or why it failed and what to do.
#[component]
pub fn Loaded<T, F>(
    /// What is loaded.
    resource: Load<T>,
    /// Draws it.
    draw: F,
    /// Whether it is the page itself: without it the page has no heading.
    #[prop(optional)]
    is_page: bool,
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
                            view! { <Failed error is_page retry=move || resource.refetch() /> }.into_any()
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
    /// Whether it stands in the place of a whole page.
    is_page: bool,
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
    let w = words::<Shell>();
    let is_gone = error == AppError::NotFound;
    #[cfg(feature = "ssr")]
    if let (true, true, Some(response)) = (is_gone, is_page, use_context::<leptos_axum::ResponseOptions>()) {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let head = is_page.then(|| {
        view! {
            <Title text=format!("{} · Hookgram", w.failed_title) />
            <div class="page-head">
                <h1>{w.failed_title}</h1>
            </div>
        }
    });
    let again = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        retry();
    };
    let way = if is_gone {
        // To ask again would not bring it back.
        view! { <a class="button" href="/">{w.to_profiles}</a> }.into_any()
    } else {
        // Before scripts it leads to this very page.
        view! { <a class="button" href="" on:click=again>{w.retry}</a> }.into_any()
    };
    view! {
        {head}
        <div class="notice bad" role="alert">
            <p>{app_error(language(), &error)}</p>
            {way}
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
