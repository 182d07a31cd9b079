//! Pages that the server draws by itself: forms and their answers, without a script. They share the look and the top bar
//! of the others, and nothing of them is in the browser's bundle.

mod import;
mod profile;
mod urls;

use leptos::prelude::*;

pub use self::{
    import::{ImportPage, ImportPlan, ImportRow, LineFault},
    urls::{UrlRow, UrlTable, UrlsPage},
};
use crate::{
    document::{Document, Head},
    error::AppError,
    pages::layout::{AccountMenu, TopBar},
    preferences::{self, Preferences},
    words::{QuietWords, app_error, language, words},
};

/// What is to be shown.
#[derive(Clone, Debug)]
pub enum QuietPage {
    /// Why something could not be done.
    Refused(AppError),
    /// What deleting a profile would do.
    Delete {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
        /// How many of its messages have still to be sent.
        waiting: u64,
    },
    /// What a new key would do.
    Key {
        /// The profile's id.
        id: i64,
        /// Its name.
        name: String,
        /// Its whole short URL as it is now.
        short_url: String,
    },
    /// Importing a file.
    Import(ImportPage),
    /// Many old URLs.
    Urls(UrlsPage),
}

/// The HTML document.
#[must_use]
pub fn shell(options: &LeptosOptions, email: String, page: QuietPage) -> impl IntoView + use<> {
    let preferences: Preferences = preferences::current();
    provide_context(preferences);
    provide_context(preferences.language);
    let w = words::<QuietWords>();
    let title = match &page {
        QuietPage::Refused(_) => w.refused_title,
        QuietPage::Delete { .. } => w.delete_title,
        QuietPage::Key { .. } => w.key_title,
        QuietPage::Import(_) => w.import_title,
        QuietPage::Urls(_) => w.urls_title,
    };
    let page = match page {
        QuietPage::Refused(error) => view! { <Refused error /> }.into_any(),
        QuietPage::Delete { id, name, waiting } => view! { <profile::DeleteProfile id name waiting /> }.into_any(),
        QuietPage::Key { id, name, short_url } => view! { <profile::NewKey id name short_url /> }.into_any(),
        QuietPage::Import(page) => view! { <import::Import page /> }.into_any(),
        QuietPage::Urls(page) => view! { <urls::Urls page /> }.into_any(),
    };
    let head = view! { <Head options=options.clone() title=format!("{title} · Hookgram") /> }.into_any();
    view! {
        <Document preferences head>
            <TopBar path="/profiles">
                <AccountMenu email />
            </TopBar>
            <main id="content" tabindex="-1">
                {page}
            </main>
        </Document>
    }
}

/// The way back, and the page's title.
#[component]
fn PageHead(
    /// The title.
    title: String,
    /// One or two sentences of why.
    #[prop(into, optional)]
    why: String,
) -> impl IntoView {
    let w = words::<QuietWords>();
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/">{w.profiles}</a>
                </p>
                <h1>{title}</h1>
                {(!why.is_empty()).then(|| view! { <p class="why">{why}</p> })}
            </div>
        </div>
    }
}

/// What was wrong with the form as a whole.
#[component]
fn Fault(
    /// The sentence, if there is one.
    sentence: Option<String>,
) -> impl IntoView {
    sentence.map(|sentence| {
        view! {
            <p class="notice bad" role="alert" tabindex="-1" autofocus>
                {sentence}
            </p>
        }
    })
}

#[component]
fn Refused(error: AppError) -> impl IntoView {
    let w = words::<QuietWords>();
    view! {
        <PageHead title=w.refused_title.to_owned() />
        <Fault sentence=Some(app_error(language(), &error)) />
        <p class="actions">
            <a class="button primary" href="/">
                {w.to_profiles}
            </a>
        </p>
    }
}
