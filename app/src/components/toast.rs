//! A toast that confirms an action: a line at the bottom of the window that disappears after a while or when it is
//! closed.

use hookgram::{delivery::Outcome, log_query::LogQuery, values::Language};
use leptos::prelude::*;

use crate::{
    i18n::{Toasts, Words as _},
    notices::Notice,
};

/// A non-modal dialog. Its form closes it without scripts.
#[component]
pub fn Toast(
    /// The notice.
    notice: Notice,
    /// The page's language.
    language: Language,
) -> impl IntoView {
    let w = Toasts::of(language);
    view! {
        <dialog class="toast" open aria-label=w.title>
            <p role="status">{notice.sentence(language)}</p>
            {action(&notice, w)}
            <form method="dialog">
                <button class="toast-close" aria-label=w.close title=w.close>
                    "×"
                </button>
            </form>
        </dialog>
    }
}

/// A button that undoes or continues the action.
fn action(notice: &Notice, w: &'static Toasts) -> AnyView {
    match notice {
        Notice::Disabled { id, .. } => view! {
            <form method="post" action=format!("/profiles/{id}/enable") data-stay="">
                <input type="hidden" name="enabled" value="true" />
                <button class="toast-action">{w.undo}</button>
            </form>
        }
        .into_any(),
        Notice::Enabled { id, refused: 1.., .. } => {
            let query = LogQuery { profile: Some(*id), outcome: Some(Outcome::Rejected), ..LogQuery::default() };
            view! {
                <a class="toast-action" href=query.address("/deliveries")>
                    {w.show}
                </a>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
