//! The interface of Hookgram: pages, parts, server functions, and the ports through which they reach a server.
//!
//! The server draws every page in full, so that it can be read and its forms sent before WebAssembly is there;
//! `hydrate` then takes the same page over.

pub mod error;
pub mod form;
pub mod old_url;
mod pages;
mod parts;
#[cfg(feature = "ssr")]
pub mod ports;
pub mod preferences;
pub mod session;
pub mod views;
pub mod words;

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    pages::{
        builder::{EditProfile, NewProfile},
        find_chat::FindChatPage,
        layout::{Layout, NotFound},
        profiles::ProfilesPage,
        sandbox::SandboxPage,
        share::SharePage,
        sign_in::{LoginPage, SetupPage},
    },
    preferences::Preferences,
};

/// The HTML document around every page, with the Content-Security-Policy that its one inline script needs.
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let Preferences { language, theme } = preferences::current();
    #[cfg(feature = "ssr")]
    content_security_policy();
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang=preferences::tag(language) data-theme=theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="Hookgram" />
                <link rel="icon" href=ICON />
                <link rel="stylesheet" href=stylesheet />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect \
    width='24' height='24' rx='6' fill='%23176cbd'/%3E%3Cpath d='M7 6v6a4 4 0 0 0 8 0v-1m-3 2 3-3 3 3' fill='none' \
    stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E";

#[cfg(feature = "ssr")]
fn content_security_policy() {
    let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<leptos_axum::ResponseOptions>())
    else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, value);
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
                <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async />
                <Route path=path!("/setup/:code") view=SetupPage ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                    <Route path=path!("/") view=ProfilesPage ssr=SsrMode::Async />
                    <Route path=path!("/profiles/new") view=NewProfile ssr=SsrMode::Async />
                    <Route path=path!("/profiles/:id") view=EditProfile ssr=SsrMode::Async />
                    <Route path=path!("/profiles/:id/share") view=SharePage ssr=SsrMode::Async />
                    <Route path=path!("/find-chat/:code") view=FindChatPage ssr=SsrMode::Async />
                    <Route path=path!("/sandbox") view=SandboxPage ssr=SsrMode::Async />
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
    leptos::mount::hydrate_body(App);
}
