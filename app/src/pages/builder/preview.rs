//! The message as the client will see it, from the very code that sends it.

use hookgram::sample::Sample;
use leptos::prelude::*;

use super::{State, test::TestCard};
use crate::{
    parts::Bubbles,
    words::{BuilderWords, messages, words},
};

/// Telegram's limit of a message, in UTF-16 units.
const LIMIT: usize = 4096;

#[component]
pub fn Preview() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let parts = Memo::new(move |_| state.profile.with(|profile| state.render(profile)));
    let units = Memo::new(move |_| parts.with(|parts| parts.iter().map(hookgram::message::Part::units).sum::<usize>()));
    let samples = Sample::ALL.into_iter().map(|sample| view! { <SampleButton sample /> }).collect_view();
    view! {
        <aside class="preview" aria-label=w.preview_title>
            // On a phone a sheet at the bottom, shut at first; the style sheet decides. A check box opens it, so that
            // it needs no script.
            <div class="sheet">
                <label class="sheet-handle">
                    <input type="checkbox" class="visually-hidden sheet-toggle" />
                    <span class="when-open">{w.preview_hide}</span>
                    <span class="when-closed">{w.preview_show}</span>
                </label>
                <div class="sheet-body">
                    <div class="segments" role="group" aria-label=w.sample>
                        {samples}
                    </div>
                    <div class="chat" tabindex="0" role="region" aria-label=w.preview_title>
                        <Bubbles parts sender=w.bot_name marked=state.focused />
                        <p class="bubble-note" hidden=move || units.get() != 0>
                            {w.preview_empty}
                        </p>
                    </div>
                    <div class="measure">
                        <span>{move || format!("{} / {LIMIT}", units.get())}</span>
                        <progress
                            max=LIMIT.to_string()
                            value=move || units.get().min(LIMIT).to_string()
                            aria-hidden="true"
                        ></progress>
                        <span>{move || messages(state.language, parts.with(Vec::len))}</span>
                    </div>
                </div>
            </div>
            <TestCard />
        </aside>
    }
}

#[component]
fn SampleButton(sample: Sample) -> impl IntoView {
    let state = State::get();
    view! {
        <button
            type="button"
            class="segment"
            aria-pressed=move || (state.sample.get() == sample).to_string()
            disabled=move || !state.live.get()
            on:click=move |_| state.sample.set(sample)
        >
            {sample.title().get(state.language)}
        </button>
    }
}
