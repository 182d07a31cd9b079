//! The guide's pictures of the booking service's screens. They repeat the text beside them, so they are hidden from
//! screen readers.

use leptos::prelude::*;

use crate::i18n::ShareWords;

/// One row of a picture.
enum Row<'a> {
    /// The panel's title.
    Title(&'a str),
    /// An entry that is not part of the instructions.
    Plain(&'a str),
    /// An unfolded heading.
    Unfolded(&'a str),
    /// An entry to choose; indented if it belongs to a heading.
    Choose(&'a str, bool),
    /// A box to tick.
    Tick(&'a str),
    /// A field and its value; marked if the reader must fill it in.
    Field(&'a str, &'a str, bool),
}

const WIDTH: i32 = 280;
const ROW: i32 = 30;
const FIELD: i32 = 46;

impl Row<'_> {
    fn height(&self) -> i32 {
        if matches!(self, Self::Field(..)) { FIELD } else { ROW }
    }

    fn draw(&self, y: i32) -> AnyView {
        let text = |x: i32, dy: i32, class: &'static str, words: &str| {
            view! { <text x=x y=y + dy class=class>{words.to_owned()}</text> }
        };
        let frame = |x: i32, dy: i32, height: i32, class: &'static str| {
            view! { <rect x=x y=y + dy width=WIDTH - 14 - x height=height rx="6" class=class /> }
        };
        match self {
            Self::Title(words) => text(16, 20, "sketch-title", words).into_any(),
            Self::Plain(words) => text(24, 20, "sketch-soft", words).into_any(),
            Self::Unfolded(words) => {
                let sign = format!("M18 {}l4 4 4-4", y + 14);
                view! {
                    <path d=sign class="sketch-line" />
                    {text(34, 20, "sketch-text", words)}
                }
                .into_any()
            }
            Self::Choose(words, under) => {
                let x = if *under { 34 } else { 14 };
                let sign = format!("M{} {}l4 4-4 4", WIDTH - 30, y + 11);
                view! {
                    {frame(x, 2, 26, "sketch-picked")}
                    {text(x + 10, 20, "sketch-text", words)}
                    <path d=sign class="sketch-line accent" />
                }
                .into_any()
            }
            Self::Tick(words) => {
                let sign = format!("M19 {}l3 3 6-6", y + 15);
                view! {
                    <rect x="16" y=y + 8 width="15" height="15" rx="4" class="sketch-ticked" />
                    <path d=sign class="sketch-tick" />
                    {text(40, 20, "sketch-text", words)}
                }
                .into_any()
            }
            Self::Field(label, value, marked) => view! {
                {text(16, 12, "sketch-label", label)}
                {frame(14, 17, 24, if *marked { "sketch-picked" } else { "sketch-field" })}
                {text(24, 33, "sketch-text", value)}
            }
            .into_any(),
        }
    }
}

fn sketch(rows: &[Row<'_>]) -> AnyView {
    let mut y = 8;
    let mut drawn = Vec::new();
    for row in rows {
        drawn.push(row.draw(y));
        y += row.height();
    }
    let height = y + 8;
    view! {
        <svg class="sketch" viewBox=format!("0 0 {WIDTH} {height}") aria-hidden="true">
            <rect x="1" y="1" width=WIDTH - 2 height=height - 2 rx="12" class="sketch-panel" />
            {drawn}
        </svg>
    }
    .into_any()
}

fn short(text: &str) -> String {
    const MOST: usize = 30;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

pub(super) fn bot(w: &ShareWords) -> AnyView {
    sketch(&[Row::Title(w.draw_bot), Row::Plain(w.draw_hello), Row::Choose(w.draw_book, false)])
}

pub(super) fn field(w: &ShareWords, name: &str) -> AnyView {
    sketch(&[
        Row::Title(w.draw_contacts),
        Row::Plain(w.draw_name),
        Row::Plain(w.draw_phone),
        Row::Choose(&short(name), false),
    ])
}

pub(super) fn open(w: &ShareWords) -> AnyView {
    sketch(&[Row::Title(w.draw_service), Row::Unfolded(w.draw_general), Row::Choose(w.draw_integrations, true)])
}

pub(super) fn paste(w: &ShareWords, url: &str) -> AnyView {
    sketch(&[
        Row::Tick("WebHook"),
        Row::Field(w.draw_title, w.draw_any, false),
        Row::Field("URL", &short(url), true),
        Row::Tick("CaseActionEvent"),
    ])
}

pub(super) fn action(w: &ShareWords) -> AnyView {
    sketch(&[Row::Title(w.draw_service), Row::Unfolded(w.draw_actions), Row::Choose(w.draw_message, true)])
}

pub(super) fn kind(w: &ShareWords) -> AnyView {
    sketch(&[
        Row::Title(w.draw_message),
        Row::Field(w.draw_type, w.draw_by_operation, true),
        Row::Field("WebHook", w.draw_any, true),
    ])
}
