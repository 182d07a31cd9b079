//! The builder as a page. The server renders it completely and includes the data that it was rendered from. The browser
//! hydrates the page from that data, and renders it again after saving.

#[cfg(feature = "hydrate")]
use leptos::server_fn::{Decodes as _, codec::JsonEncoding};
use leptos::{prelude::*, server_fn::error::ServerFnUrlError};

use super::Builder;
#[cfg(feature = "hydrate")]
use super::{leaving, load_builder};
use crate::{
    error::AppError,
    i18n::{BuilderWords, words},
    views::BuilderData,
};

/// The id of the element that contains the page's data as JSON.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub const DATA: &str = "builder-data";

pub(super) fn title(data: &BuilderData) -> String {
    match &data.detail {
        Some(detail) => detail.row.name.clone(),
        None => words::<BuilderWords>().new_title.to_owned(),
    }
}

/// The content of `main`.
#[component]
pub fn Page(data: RwSignal<BuilderData>) -> impl IntoView {
    move || view! { <Builder data=data.get() /> }.into_any()
}

/// Hydrates the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn take_over() {
    use wasm_bindgen::JsCast as _;

    let document = document();
    let json = document.get_element_by_id(DATA).and_then(|element| element.text_content()).unwrap_or_default();
    let place = document.get_element_by_id("content").and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok());
    let (Some(place), Ok(data)) = (place, JsonEncoding::decode(json.into_bytes().into())) else {
        leptos::logging::error!("there is nothing here to take over");
        return;
    };
    let taken = leptos::mount::hydrate_from(place, move || {
        let preferences = crate::preferences::current();
        provide_context(preferences);
        provide_context(preferences.language);
        provide_form_error();
        let data = RwSignal::new(data);
        // Leptos keeps only the first hook. This one is the first.
        _ = leptos::server_fn::redirect::set_redirect_hook(move |to| follow(data, to));
        Effect::new(move || document.set_title(&format!("{} · Hookgram", data.with(title))));
        view! { <Page data /> }
    });
    taken.forget();
}

/// Follows the redirect of a form. A redirect to the current page renders it again in place, so that
/// saving does not lose the scroll position.
#[cfg(feature = "hydrate")]
fn follow(data: RwSignal<BuilderData>, to: &str) {
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    if window().location().pathname().is_ok_and(|here| here == path) {
        let id = data.with_untracked(|data| data.detail.as_ref().map(|detail| detail.row.id));
        let draft = query.strip_prefix("draft=").map(str::to_owned);
        let (saved, to) = (query == "saved", to.to_owned());
        leptos::task::spawn_local(async move {
            match load_builder(id, draft).await {
                Ok(anew) => {
                    if let Ok(history) = window().history() {
                        // If the history cannot be changed, a reload shows the previous state.
                        _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&to));
                    }
                    data.set(BuilderData { saved, ..anew });
                }
                Err(_) => leaving::go(&to),
            }
        });
    } else {
        // After the first save, Back must return to the saved profile. An empty form could be saved as a second
        // profile.
        if let (Some(profile), Ok(history)) = (path.strip_suffix("/share"), window().history()) {
            _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(profile));
        }
        leaving::go(to);
    }
}

/// Provides the error of a form, as the page's address contains it, to the action with that path. Anybody can write
/// such an address, so only errors with fixed sentences are shown, and no text from the address.
pub(crate) fn provide_form_error_of(path: &str, err: &str) {
    match ServerFnUrlError::<AppError>::decode_err(err) {
        AppError::SignedOut | AppError::Forbidden | AppError::NotFound | AppError::Internal => {
            provide_context(ServerActionError::new(path, err));
        }
        // A refused form is returned as a draft. An unreadable error decodes as `Connection`.
        AppError::Invalid(_) | AppError::Outdated(_) | AppError::Connection => {}
    }
}

/// Restores the error of a form that was submitted before WebAssembly was loaded. The error is in the URL and the
/// server rendered the page with it, so the browser must hydrate from the same state.
#[cfg(feature = "hydrate")]
fn provide_form_error() {
    let search = window().location().search().unwrap_or_default();
    if let Ok(query) = web_sys::UrlSearchParams::new_with_str(&search)
        && let (Some(path), Some(err)) = (query.get("__path"), query.get("__err"))
    {
        provide_form_error_of(&path, &err);
    }
}
