//! The HTML document of every page: its head, its Content-Security-Policy, and its toast.

use leptos::prelude::*;

use crate::{
    components::Toast,
    notices::Notice,
    preferences::{Preferences, tag},
};

#[component]
pub(crate) fn Document(
    /// The language and the theme.
    preferences: Preferences,
    /// The content of the `<head>`.
    head: AnyView,
    /// Whether a WebAssembly module hydrates the page.
    #[prop(optional)]
    is_taken_over: bool,
    /// The page.
    children: Children,
) -> impl IntoView {
    let Preferences { language, theme } = preferences;
    content_security_policy(is_taken_over);
    let toast = notice().map(|notice| view! { <Toast notice language /> });
    view! {
        <!DOCTYPE html>
        <html lang=tag(language) data-theme=theme.name() data-zone=zone_is_kept().then_some("")>
            <head>{head}</head>
            // The toast stands after the page, outside of the element that the browser hydrates.
            <body>{children()} {toast}</body>
        </html>
    }
}

/// The common content of every `<head>`.
#[component]
pub(crate) fn Head(
    /// The options with the location of the assets.
    options: LeptosOptions,
    /// The title; empty if the page sets its own.
    #[prop(optional)]
    title: String,
) -> impl IntoView {
    let asset = |ending: &str| format!("/{}/{}.{ending}", options.site_pkg_dir, options.output_name);
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="Hookgram" />
        {(!title.is_empty()).then(|| view! { <title>{title}</title> })}
        <link rel="icon" type="image/svg+xml" href=asset("svg") />
        <link rel="stylesheet" href=asset("css") />
        // The script only adds conveniences; every page works without it.
        <script src=format!("/{}/page.js", options.site_pkg_dir) defer></script>
    }
}

/// Whether the account stores a time zone, so that the browser's zone is not needed.
fn zone_is_kept() -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| crate::preferences::zone_is_kept(&parts.headers))
}

/// The notice of this request. Reading it deletes its cookie.
fn notice() -> Option<Notice> {
    let parts = use_context::<http::request::Parts>()?;
    let notice = Notice::of_headers(&parts.headers)?;
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(&Notice::used_up()))
    {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
    Some(notice)
}

/// Sets the Content-Security-Policy. It allows WebAssembly only if `is_taken_over`.
fn content_security_policy(is_taken_over: bool) {
    let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<leptos_axum::ResponseOptions>())
    else {
        return;
    };
    let module = if is_taken_over { " 'wasm-unsafe-eval'" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'{module}; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, value);
    }
}
