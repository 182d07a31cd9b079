//! Nothing here yet.

use leptos::prelude::*;

/// Nothing here yet: what it will be, and what to do first.
#[component]
pub fn EmptyState(
    /// What will be here.
    title: &'static str,
    /// Why, and how it comes.
    why: &'static str,
    /// Where the first step is.
    href: &'static str,
    /// What it is called.
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
