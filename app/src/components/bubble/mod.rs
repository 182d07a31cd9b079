//! A message as Telegram shows it.

mod drawing;

use hookgram::{message::Part, parameters::Parameter, values::Language};
use leptos::prelude::*;

use self::drawing::{Run, runs};
use crate::i18n::{BubbleWords, language, words};

/// Telegram's limit of a message, in UTF-16 units.
pub const LIMIT: usize = 4096;

/// The parts of a message, one bubble each; each of several with a note of its length. What comes from a setting is
/// marked by `data-origin` with the parameter's name, so that whoever listens around it can lead there.
#[component]
pub fn Bubbles(
    /// The parts.
    #[prop(into)]
    parts: Signal<Vec<Part>>,
    /// Who sends, at the head of the first bubble.
    #[prop(into)]
    sender: Signal<String>,
    /// The parameter whose lines are marked.
    #[prop(into)]
    marked: Signal<Option<Parameter>>,
    /// The time at the end of each.
    #[prop(into, optional)]
    stamp: Option<Signal<String>>,
    /// What the setting is called that a text of this parameter leads to; without it nothing leads anywhere.
    #[prop(optional)]
    setting: Option<fn(Language, Parameter) -> &'static str>,
) -> impl IntoView {
    let w = words::<BubbleWords>();
    let language = language();
    let bubbles = move || {
        parts.with(|parts| {
            let count = parts.len();
            let bubble = |(index, part): (usize, &Part)| {
                let title = |parameter| Some(format!("{} {}", w.setting, setting?(language, parameter)));
                let lines = runs(part.spans(), false).into_iter();
                let lines = lines.map(|run| line(run, marked, title)).collect::<Vec<_>>();
                let sender = if index == 0 { sender.get() } else { String::new() };
                let is_follower = sender.is_empty();
                let is_alone = count < 2;
                let note = format!("{} {} {count} · {} / {LIMIT}", index + 1, w.of, part.units());
                view! {
                    <div class="bubble">
                        <p class="bubble-sender" hidden=is_follower>
                            {sender}
                        </p>
                        <p class="bubble-text">{lines}</p>
                        {stamp.map(|stamp| view! {
                            <span class="bubble-stamp" aria-hidden="true">
                                {stamp}
                            </span>
                        }.into_any())}
                    </div>
                    <p class="bubble-note" hidden=is_alone>
                        {note}
                    </p>
                }
                .into_any()
            };
            parts.iter().enumerate().map(bubble).collect::<Vec<_>>()
        })
    };
    view! { {move || bubbles()} }
}

fn line(run: Run, marked: Signal<Option<Parameter>>, title: impl Fn(Parameter) -> Option<String>) -> AnyView {
    // A line break between two lines is a text by itself: whoever reads a page's text passes over blank elements.
    if run.html.trim().is_empty() {
        return run.html.into_any();
    }
    let origin = run.origin;
    let title = origin.and_then(title);
    view! {
        <span
            class=origin.map(|_| "line")
            class:marked=move || origin.is_some() && marked.try_get().flatten() == origin
            data-origin=origin.map(Parameter::name)
            role=title.is_some().then_some("button")
            tabindex=title.is_some().then_some("-1")
            title=title
            inner_html=run.html
        ></span>
    }
    .into_any()
}

/// One message that is there to be read.
#[cfg(feature = "ssr")]
#[component]
pub fn Bubble(
    /// What it says.
    part: Part,
    /// Who sends; nothing for a message that follows another.
    #[prop(into)]
    sender: String,
) -> impl IntoView {
    let html: String = runs(part.spans(), true).into_iter().map(|run| run.html).collect();
    let is_follower = sender.is_empty();
    view! {
        <div class="bubble">
            <p class="bubble-sender" hidden=is_follower>
                {sender}
            </p>
            <p class="bubble-text" inner_html=html></p>
        </div>
    }
}

/// A line of a message by itself.
#[component]
pub fn BubbleLine(
    /// What it says.
    part: Part,
) -> impl IntoView {
    let html: String = runs(part.spans(), false).into_iter().map(|run| run.html).collect();
    view! { <span inner_html=html></span> }
}
