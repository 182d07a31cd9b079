//! "What to show": each switch shows the message line that it controls.

use hookgram::{message::Style, parameters::Parameter, values::Language};
use leptos::prelude::*;

use super::{State, cards::Card};
use crate::{
    form::switches,
    i18n::{BuilderWords, Words, in_quotes, words},
};

#[component]
pub fn ShowCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let lines = Memo::new(move |_| governed_lines(state));
    let rows = switches().map(|parameter| view! { <Switch parameter lines /> }.into_any()).collect_view();
    view! {
        <Card id="section-show" title=w.show_title why=w.show_why>
            <div class="switches">{rows}</div>
        </Card>
    }
}

/// The first line of the sample that each switch controls, rendered with every switch on.
fn governed_lines(state: State) -> Vec<(Parameter, String)> {
    let mut profile = state.profile.get();
    for parameter in switches() {
        // "false" is valid for every switch, so this cannot fail.
        _ = profile.set(parameter, "false");
    }
    let mut lines: Vec<(Parameter, String)> = Vec::new();
    for part in state.render(&profile) {
        for span in part.spans() {
            let line = span.text.trim();
            let is_heading = span.styles.contains(&Style::Bold);
            if let (Some(origin), false) = (span.origin, line.is_empty() || is_heading)
                && !lines.iter().any(|(known, _)| *known == origin)
            {
                lines.push((origin, line.lines().next().unwrap_or_default().to_owned()));
            }
        }
    }
    lines
}

/// The name of a setting: the thing that a switch shows, or the title of any other setting.
pub fn title_of(language: Language, parameter: Parameter) -> &'static str {
    let w = BuilderWords::of(language);
    match parameter {
        Parameter::HideDetailSection => w.show_details,
        Parameter::HideResourceDescription => w.show_resource_description,
        Parameter::HideOrderDuration => w.show_duration,
        Parameter::HideAddress => w.show_address,
        Parameter::HideServiceName => w.show_service,
        Parameter::HideOrderDescription => w.show_description,
        Parameter::HideUrl => w.show_links,
        Parameter::HideContactInfo => w.show_contacts,
        other => other.definition().title.get(language),
    }
}

#[component]
fn Switch(parameter: Parameter, lines: Memo<Vec<(Parameter, String)>>) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let name = parameter.name();
    let title = title_of(state.language, parameter);
    let small_print = move || {
        if parameter == Parameter::HideDetailSection {
            return w.show_details_help.to_owned();
        }
        lines.with(|lines| match lines.iter().find(|(origin, _)| *origin == parameter) {
            None => w.show_nothing_here.to_owned(),
            Some((_, line)) => in_quotes(state.language, line),
        })
    };
    let on = state.initial.with_value(|form| form.shown.contains_key(name));
    let help = format!("switch-{name}-help");
    view! {
        <label
            class="switch-row"
            on:mouseenter=move |_| state.focused.set(Some(parameter))
            on:mouseleave=move |_| state.focused.set(super::field_in_focus())
        >
            <span class="switch-text">
                <span class="switch-title">{title}</span>
                <span class="help" id=help.clone()>
                    {move || small_print()}
                </span>
            </span>
            <input
                type="checkbox"
                role="switch"
                class="switch"
                name=format!("form[shown][{name}]")
                checked=on
                data-field=name
                aria-describedby=help
            />
        </label>
    }
}
