//! A placeholder for an empty list.

use leptos::prelude::*;

/// A placeholder for an empty list, with the first step to fill it.
#[component]
pub fn EmptyState(
    /// The title: what the list will contain.
    title: &'static str,
    /// The explanation.
    why: &'static str,
    /// The address of the first step.
    href: &'static str,
    /// The label of the first step.
    action: &'static str,
) -> impl IntoView {
    view! {
        <div class="empty card">
            <h2>{title}</h2>
            <p>{why}</p>
            <a class="button primary" href=href>
                {action}
            </a>
        </div>
    }
}
