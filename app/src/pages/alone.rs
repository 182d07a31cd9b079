//! A page of somebody who is nowhere in particular: a card under the name of the product.

use leptos::prelude::*;

use crate::pages::{
    choices::Choices,
    layout::{Brand, PageTitle},
};

/// The card.
#[component]
pub(super) fn Alone(title: &'static str, why: &'static str, children: Children) -> impl IntoView {
    view! {
        <PageTitle title />
        <div class="alone">
            <header class="alone-top">
                <span class="brand">
                    <Brand />
                    <span class="brand-name">"Hookgram"</span>
                </span>
                <div class="tools">
                    <Choices />
                </div>
            </header>
            <main class="card">
                <h1>{title}</h1>
                <p class="why">{why}</p>
                {children()}
            </main>
        </div>
    }
}
