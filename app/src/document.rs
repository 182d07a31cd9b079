//! The HTML document around every page: its head, its policy, and what was just done.

use leptos::prelude::*;

use crate::{
    components::Toast,
    notices::Notice,
    preferences::{Preferences, tag},
};

/// The document.
#[component]
pub(crate) fn Document(
    /// Language and theme.
    preferences: Preferences,
    /// What stands in its head.
    head: AnyView,
    /// Whether a module of WebAssembly takes it over.
    #[prop(optional)]
    is_taken_over: bool,
    /// The page.
    children: Children,
) -> impl IntoView {
    let Preferences { language, theme } = preferences;
    content_security_policy(is_taken_over);
    let toast = notice().map(|notice| view! { <Toast text=notice.sentence(language) language /> });
    view! {
        <!DOCTYPE html>
        <html lang=tag(language) data-theme=theme.name() data-zone=zone_is_kept().then_some("")>
            <head>{head}</head>
            // The toast stands behind the page: what takes the page over in the browser never comes to it.
            <body>{children()} {toast}</body>
        </html>
    }
}

/// What every head has.
#[component]
pub(crate) fn Head(
    /// Where the assets are.
    options: LeptosOptions,
    /// The title; empty where the page brings its own.
    #[prop(optional)]
    title: String,
) -> impl IntoView {
    let asset = |ending: &str| format!("/{}/{}.{ending}", options.site_pkg_dir, options.output_name);
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="Hookgram" />
        {(!title.is_empty()).then(|| view! { <title>{title}</title> })}
        <link rel="icon" type="image/svg+xml" href=asset("svg") />
        <link rel="stylesheet" href=asset("css") />
        // Small comforts; every page works without.
        <script src=format!("/{}/page.js", options.site_pkg_dir) defer></script>
    }
}

/// Whether the page need not ask which zone the browser is in.
fn zone_is_kept() -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| crate::preferences::zone_is_kept(&parts.headers))
}

/// What was just done; saying it uses it up.
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

/// `is_taken_over`: whether WebAssembly may run.
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
