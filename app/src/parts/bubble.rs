//! A message as Telegram shows it.

use hookgram::{
    message::{Part, Span, Style},
    parameters::Parameter,
};
use leptos::prelude::*;

/// The parts of a message, one bubble each.
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
) -> impl IntoView {
    move || {
        parts
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, part)| {
                let sender = if index == 0 { sender.get() } else { String::new() };
                view! { <Bubble part sender marked /> }
            })
            .collect_view()
    }
}

/// One message.
#[component]
pub fn Bubble(
    /// What it says.
    part: Part,
    /// Who sends; nothing for a message that follows another.
    #[prop(into)]
    sender: String,
    /// The parameter whose text is marked.
    #[prop(into)]
    marked: Signal<Option<Parameter>>,
) -> impl IntoView {
    let spans = part.spans().iter().map(|span| draw(span, marked)).collect_view();
    view! {
        <div class="bubble">
            {(!sender.is_empty()).then(|| view! { <p class="bubble-sender">{sender}</p> })}
            <p class="bubble-text">{spans}</p>
        </div>
    }
}

fn draw(span: &Span, marked: Signal<Option<Parameter>>) -> AnyView {
    let styled = span.styles.iter().rev().fold(span.text.clone().into_any(), style);
    match span.origin {
        None => styled,
        Some(origin) => {
            view! { <span class="line" class:marked=move || marked.get() == Some(origin)>{styled}</span> }.into_any()
        }
    }
}

fn style(inner: AnyView, style: &Style) -> AnyView {
    match style {
        Style::Bold => view! { <b>{inner}</b> }.into_any(),
        Style::Italic => view! { <i>{inner}</i> }.into_any(),
        Style::Underline => view! { <u>{inner}</u> }.into_any(),
        Style::Strikethrough => view! { <s>{inner}</s> }.into_any(),
        Style::Spoiler => view! { <span class="spoiler">{inner}</span> }.into_any(),
        Style::Code => view! { <code>{inner}</code> }.into_any(),
        Style::Pre { .. } => view! { <code class="pre">{inner}</code> }.into_any(),
        Style::Quote { .. } => view! { <span class="quote">{inner}</span> }.into_any(),
        Style::Link { url } if is_web(url) => {
            let url = url.clone();
            view! { <a href=url target="_blank" rel="noreferrer noopener">{inner}</a> }.into_any()
        }
        Style::Link { .. } => view! { <span class="link">{inner}</span> }.into_any(),
        Style::CustomEmoji { .. } | Style::Time { .. } => inner,
    }
}

/// Only web addresses become live links in our page: a `javascript:` one is drawn, never followed.
fn is_web(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}
