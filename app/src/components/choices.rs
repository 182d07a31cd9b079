//! The switches of language and theme.

use hookgram::{preferences::Theme, values::Language};
use leptos::{prelude::*, server_fn::ServerFn as _};

use crate::{
    error::AppError,
    i18n::{Shell, words},
    preferences::{Preferences, tag},
};

#[cfg(feature = "ssr")]
fn remember(name: &str, value: &str) -> Result<(), AppError> {
    let value = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
    let value = http::HeaderValue::from_str(&value).map_err(|_| AppError::Internal)?;
    expect_context::<leptos_axum::ResponseOptions>().append_header(http::header::SET_COOKIE, value);
    Ok(())
}

/// Stores the choice with the account if the reader is signed in, so that other browsers use it too.
#[cfg(feature = "ssr")]
async fn keep(language: Option<Language>, theme: Option<Theme>) -> Result<(), AppError> {
    match use_context::<hookgram::role::Account>() {
        Some(account) => crate::backend::backend().prefer(&account, language, theme).await,
        None => Ok(()),
    }
}

/// Stores the reader's language.
#[server(prefix = "/rpc", endpoint = "open/language")]
pub async fn set_language(language: String) -> Result<(), AppError> {
    let language = if language == "en" { Language::En } else { Language::Ru };
    keep(Some(language), None).await?;
    remember("language", tag(language))
}

/// Stores the reader's theme.
#[server(prefix = "/rpc", endpoint = "open/theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    let theme = Theme::parse(&theme).unwrap_or_default();
    keep(None, Some(theme)).await?;
    remember("theme", theme.name())
}

/// Both switches. They are plain forms, so they work without scripts, and the page is loaded again in the new language.
#[component]
pub fn Choices() -> impl IntoView {
    let w = words::<Shell>();
    let Preferences { language, theme } = use_context().unwrap_or_default();
    let (language_path, theme_path) = (SetLanguage::PATH, SetTheme::PATH);
    let other = match language {
        Language::Ru => Language::En,
        Language::En => Language::Ru,
    };
    view! {
        <form method="post" action=language_path>
            <input type="hidden" name="language" value=tag(other) />
            <button class="button small" lang=tag(other) title=w.switch_language>
                {w.other_language}
                <span class="visually-hidden">{w.switch_language}</span>
            </button>
        </form>
        <form method="post" action=theme_path data-theme-switch="">
            <input type="hidden" name="theme" value=next(theme).name() />
            <button class="button small" aria-label=w.switch_theme title=w.switch_theme>
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="8" cy="8" r="6" />
                    <path d="M8 2a6 6 0 0 1 0 12z" />
                </svg>
            </button>
        </form>
    }
}

fn next(theme: Theme) -> Theme {
    match theme {
        Theme::System => Theme::Dark,
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::System,
    }
}
