//! A text to copy.

use leptos::prelude::*;

use crate::{
    components::area_text,
    i18n::{Shell, words},
};

/// A read-only text with a button that copies it. The page's script (`pages/page.js`) copies the text, and selects it
/// when the field gets the focus.
#[component]
pub fn CopyField(
    /// The text.
    #[prop(into)]
    text: String,
    /// The label for screen readers.
    #[prop(into)]
    label: String,
    /// Whether the text is shown in full, on several lines.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    let w = words::<Shell>();
    let field = if whole {
        view! {
            <textarea class="input mono" readonly spellcheck="false" aria-label=label.clone()>
                {area_text(text)}
            </textarea>
        }
        .into_any()
    } else {
        view! { <input class="input mono" readonly value=text aria-label=label.clone() /> }.into_any()
    };
    view! {
        <div class="copy">
            {field}
            <button
                type="button"
                class="button needs-script"
                aria-label=format!("{}: {label}", w.copy)
                data-copy=""
                data-done=w.copied
            >
                {w.copy}
            </button>
            <span class="visually-hidden" role="status"></span>
            <span class="copy-failed" hidden>
                {w.copy_failed}
            </span>
        </div>
    }
}
