//! The builder as a page. The server draws it completely and adds the data that it was drawn from. The browser hydrates
//! it with that data, and renders it again after saving.

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

/// The page's title.
pub(super) fn title(data: &BuilderData) -> String {
    match &data.detail {
        Some(detail) => detail.row.name.clone(),
        None => words::<BuilderWords>().new_title.to_owned(),
    }
}

/// The page: the content of `main`.
#[component]
pub fn Page(data: RwSignal<BuilderData>) -> impl IntoView {
    move || view! { <Builder data=data.get() /> }.into_any()
}

/// Hydrates the page that the server sent.
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
        // Only the first hook is kept, and this is the first.
        _ = leptos::server_fn::redirect::set_redirect_hook(move |to| follow(data, to));
        Effect::new(move || document.set_title(&format!("{} · Hookgram", data.with(title))));
        view! { <Page data /> }
    });
    taken.forget();
}

/// Follows the redirect of a form. If it leads to this same page, the page is rendered again in place, so that saving
/// does not lose the reader's place on it.
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
                        // If the history cannot be changed, a reload shows the former state.
                        _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&to));
                    }
                    data.set(BuilderData { saved, ..anew });
                }
                Err(_) => leaving::go(&to),
            }
        });
    } else {
        // Back leads from the first save to the saved profile, and not to an empty form that would make a second one.
        if let (Some(profile), Ok(history)) = (path.strip_suffix("/share"), window().history()) {
            _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(profile));
        }
        leaving::go(to);
    }
}

/// Provides the error of a form, as its address returns it, to the action with that path. Anybody can write such an
/// address, so only errors with a fixed sentence of ours are shown, and no text of the address.
pub(crate) fn provide_form_error_of(path: &str, err: &str) {
    match ServerFnUrlError::<AppError>::decode_err(err) {
        AppError::SignedOut | AppError::Forbidden | AppError::NotFound | AppError::Internal => {
            provide_context(ServerActionError::new(path, err));
        }
        // A refused form comes back as a draft. An unreadable error decodes as `Connection`, too.
        AppError::Invalid(_) | AppError::Outdated(_) | AppError::Connection => {}
    }
}

/// A form that was sent before WebAssembly was loaded comes back with its error in the URL, and the server has drawn
/// the page from it. The browser must hydrate from the same state.
#[cfg(feature = "hydrate")]
fn provide_form_error() {
    let search = window().location().search().unwrap_or_default();
    if let Ok(query) = web_sys::UrlSearchParams::new_with_str(&search)
        && let (Some(path), Some(err)) = (query.get("__path"), query.get("__err"))
    {
        provide_form_error_of(&path, &err);
    }
}
