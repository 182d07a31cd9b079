//! The interface of Hookgram: pages, parts, server functions, and the ports through which they reach a server.
//!
//! The server draws every page in full, so that it can be read and its forms sent before WebAssembly is there;
//! `hydrate` then takes the same page over.

#[cfg(feature = "ssr")]
mod document;
pub mod error;
pub mod form;
pub mod listing;
#[cfg(feature = "ssr")]
pub mod log;
#[cfg(feature = "ssr")]
pub mod notices;
pub mod old_url;
mod pages;
mod parts;
#[cfg(feature = "ssr")]
pub mod ports;
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod quiet;
pub mod session;
pub mod views;
pub mod words;

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::pages::{
    apart::Apart,
    layout::{Layout, NotFound},
    profiles::ProfilesPage,
};

/// The HTML document around every page that a browser takes over.
#[cfg(feature = "ssr")]
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_context(options.clone());
    let head = view! {
        <document::Head options=options.clone() />
        // The script that fetches the module of `pages/apart.rs`; the one below would ask for it a step later.
        <link rel="modulepreload" href=format!("/{}/split.js", options.site_pkg_dir) />
        <HydrationScripts options />
        <MetaTags />
    };
    view! {
        <document::Document preferences=preferences::current() head=head.into_any()>
            <App />
        </document::Document>
    }
}

/// The application: its routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let preferences = preferences::current();
    provide_context(preferences);
    provide_context(preferences.language);
    #[cfg(feature = "hydrate")]
    provide_form_error();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                    <Route path=path!("/") view=ProfilesPage ssr=SsrMode::Async />
                    <Route path=path!("/profiles/new") view=Apart::NewProfile ssr=SsrMode::Async />
                    <Route path=path!("/profiles/:id") view=Apart::EditProfile ssr=SsrMode::Async />
                    <Route path=path!("/profiles/:id/share") view=Apart::Share ssr=SsrMode::Async />
                    <Route path=path!("/find-chat/:code") view=Apart::FindChat ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// A form sent before WebAssembly was there comes back with its error in the URL, from where the server drew it:
/// the browser has to start from the same state.
#[cfg(feature = "hydrate")]
fn provide_form_error() {
    let search = window().location().search().unwrap_or_default();
    if let Ok(query) = web_sys::UrlSearchParams::new_with_str(&search)
        && let (Some(path), Some(err)) = (query.get("__path"), query.get("__err"))
    {
        provide_context(leptos::prelude::ServerActionError::new(&path, &err));
    }
}

/// Where WebAssembly takes over the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(App);
}
