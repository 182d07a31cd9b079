//! A message rendered as in Telegram.

mod drawing;

use hookgram::{channel::Limits, message::Part, parameters::Parameter, values::Language};
use leptos::prelude::*;

use self::drawing::{Run, runs};
use crate::i18n::{BubbleWords, language, words};

/// The parts of a message, one bubble each; with several parts, each bubble shows its length. A line that a setting
/// controls has the attribute `data-origin` with the parameter's name, so that an event handler can find the setting.
#[component]
pub fn Bubbles(
    /// The parts.
    #[prop(into)]
    parts: Signal<Vec<Part>>,
    /// The sender's name, above the first bubble.
    #[prop(into)]
    sender: Signal<String>,
    /// The parameter whose lines are highlighted.
    #[prop(into)]
    marked: Signal<Option<Parameter>>,
    /// The time at the end of each bubble.
    #[prop(into, optional)]
    stamp: Option<Signal<String>>,
    /// The name of the setting that a parameter's text links to. Without it, no text is a link.
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
                let initial = initial(&sender);
                let is_alone = count < 2;
                let note = format!("{} {} {count} · {} / {}", index + 1, w.of, part.units(), Limits::TELEGRAM.units);
                view! {
                    <div class="bubble">
                        <p class="bubble-sender" data-initial=initial hidden=is_follower>
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

/// The avatar's letter: the first letter or digit of a name.
fn initial(name: &str) -> Option<String> {
    let letter = name.chars().find(|c| c.is_alphanumeric()).or_else(|| name.chars().next())?;
    Some(letter.to_uppercase().collect())
}

fn line(run: Run, marked: Signal<Option<Parameter>>, title: impl Fn(Parameter) -> Option<String>) -> AnyView {
    // A line break between two lines is a separate text node, because programs that extract a page's text skip blank
    // elements.
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

/// A message without links to settings.
#[cfg(feature = "ssr")]
#[component]
pub fn Bubble(
    /// The message.
    part: Part,
    /// The sender's name; empty for a message that continues the previous one.
    #[prop(into)]
    sender: String,
    /// Whether links are rendered without an address, because they are examples.
    #[prop(optional)]
    still: bool,
) -> impl IntoView {
    let html: String = runs(part.spans(), !still).into_iter().map(|run| run.html).collect();
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

/// A single line of a message.
#[component]
pub fn BubbleLine(
    /// The line.
    part: Part,
) -> impl IntoView {
    let html: String = runs(part.spans(), false).into_iter().map(|run| run.html).collect();
    view! { <span inner_html=html></span> }
}
