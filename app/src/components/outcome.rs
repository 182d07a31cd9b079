//! The mark of an outcome: a word and a colour.

use hookgram::delivery::Outcome;
use leptos::prelude::*;

use crate::i18n::{Outcomes, words};

/// A dot and a word, so that colour is not the only mark.
#[component]
pub fn OutcomeMark(
    /// The outcome.
    outcome: Outcome,
) -> impl IntoView {
    let (class, word) = mark(outcome);
    view! { <span class=format!("mark {class}")>{word}</span> }
}

/// The CSS class of the colour, and the word.
fn mark(outcome: Outcome) -> (&'static str, &'static str) {
    let w = words::<Outcomes>();
    match outcome {
        Outcome::Delivered => ("ok", w.delivered),
        Outcome::Waiting => ("soft", w.waiting),
        Outcome::Retrying => ("warn", w.retrying),
        Outcome::Suspended => ("warn", w.suspended),
        Outcome::Failed => ("bad", w.failed),
        Outcome::Rejected => ("bad", w.rejected),
        Outcome::Skipped => ("soft", w.skipped),
        Outcome::Uncertain => ("warn", w.uncertain),
        Outcome::Cancelled => ("soft", w.cancelled),
        Outcome::Duplicate => ("soft", w.duplicate),
    }
}

/// The word for an outcome.
pub fn outcome_word(outcome: Outcome) -> &'static str {
    mark(outcome).1
}
