//! What the server draws whole, so that its words and pictures need not be in the browser's module: the browser puts it in
//! its place. One type, one function and one way to load it: each of its own would be compiled into the module anew.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    parts::{CopyField, Load, load, localise},
    views::Millis,
    words::language,
};

/// A page or a part of one. What is called HTML is ours, with all that comes from outside escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// How it looks; what the values are each part says.
    pub class: String,
    /// HTML, piece by piece; which piece is what each part says.
    pub html: Vec<String>,
    /// Texts to copy.
    pub copies: Vec<CopyText>,
    /// A time to show in the reader's own zone.
    pub at: Option<Millis>,
}

/// A text to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyText {
    /// HTML before it: its title and what it is for.
    pub before: String,
    /// The text.
    pub text: String,
    /// What it is, for a screen reader.
    pub label: String,
    /// HTML after it.
    pub after: String,
}

/// Draws what an address such as `share/12` names.
#[server(prefix = "/rpc", endpoint = "drawn")]
pub async fn draw(what: String) -> Result<Drawn, AppError> {
    let (kind, of) = what.split_once('/').ok_or(AppError::NotFound)?;
    let id = || of.parse().map_err(|_| AppError::NotFound);
    match kind {
        "share" => super::share::draw_page(id()?).await,
        "newest" => super::share::draw_newest(id()?).await,
        "chat" => super::find_chat::draw_page(of).await,
        _ => Err(AppError::NotFound),
    }
}

/// Loads what an address names.
pub fn load_drawn(what: impl Fn() -> String + Send + Sync + 'static) -> Load<Drawn> {
    let what: Box<dyn Fn() -> String + Send + Sync> = Box::new(what);
    load(what, draw)
}

/// How [`Drawn`] is put in its place.
pub type Place = fn(Drawn) -> AnyView;

/// A text to copy, with what stands around it.
pub fn copy_text(text: CopyText, whole: bool) -> AnyView {
    view! {
        <div inner_html=text.before></div>
        <CopyField text=text.text label=text.label whole />
        <div inner_html=text.after></div>
    }
    .into_any()
}

/// Pieces of HTML, one after another. Times in them become the reader's own.
pub fn pieces(html: Vec<String>) -> AnyView {
    let language = language();
    // An effect runs while what was drawn may not be on the page yet.
    Effect::new(move || request_animation_frame(move || localise(".drawn time", language)));
    html.into_iter()
        .map(|piece| view! { <div class="drawn" inner_html=piece></div> }.into_any())
        .collect_view()
        .into_any()
}
