//! A toast that confirms an action: a line at the bottom of the window that disappears by itself or when it is closed.

use hookgram::values::Language;
use leptos::prelude::*;

use crate::i18n::{Toasts, Words as _};

/// A non-modal dialog. Its form closes it without a script.
#[component]
pub fn Toast(
    /// The text.
    text: String,
    /// The page's language.
    language: Language,
) -> impl IntoView {
    let w = Toasts::of(language);
    view! {
        <dialog class="toast" open aria-label=w.title>
            <p role="status">{text}</p>
            <form method="dialog">
                <button class="toast-close" aria-label=w.close title=w.close>
                    "×"
                </button>
            </form>
        </dialog>
    }
}
