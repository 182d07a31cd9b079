//! The minimal layout: a card below the product's name, without navigation.

use leptos::prelude::*;

use crate::{
    components::{choices::Choices, layout::Brand},
    document::{Document, Head},
    preferences,
};

pub(super) fn minimal(options: &LeptosOptions, title: &str, body: AnyView) -> impl IntoView + use<> {
    let preferences = preferences::current();
    provide_context(preferences);
    provide_context(preferences.language);
    let head = view! { <Head options=options.clone() title=format!("{title} · Hookgram") /> }.into_any();
    view! {
        <Document preferences head>
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
                <main class="card">{body}</main>
            </div>
        </Document>
    }
}
