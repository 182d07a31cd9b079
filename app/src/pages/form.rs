//! Form fields that the server renders, each with its help and its fault. The first faulty field has the focus.

use hookgram::values::{Language, TimeZone};
use leptos::prelude::*;

use crate::{
    error::FieldFault,
    i18n::{AccountWords, language, words},
};

/// The name of the first faulty field, or `otherwise` if there is none.
pub(super) fn focus<'a>(faults: &'a [FieldFault], otherwise: &'a str) -> &'a str {
    faults.first().map_or(otherwise, |fault| fault.field.as_str())
}

pub(super) fn whole(faults: &[FieldFault]) -> Option<String> {
    faults.iter().find(|fault| fault.field.is_empty()).map(|fault| fault.sentence.clone())
}

#[derive(Clone, Default)]
pub(super) struct Field<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// The input's type; empty is `text`.
    pub kind: &'static str,
    /// The value.
    pub value: &'a str,
    /// The HTML attribute `autocomplete`, for password managers and keyboards.
    pub autocomplete: &'static str,
    /// The HTML attribute `inputmode`, for on-screen keyboards.
    pub keyboard: Option<&'static str>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Whether the value cannot be changed.
    pub fixed: bool,
}

impl Field<'_> {
    /// Renders the field with its faults. It gets the focus if its name is `focus`.
    pub(super) fn draw(self, faults: &[FieldFault], focus: &str) -> AnyView {
        let id = format!("field-{}", self.name);
        let (fault_id, help_id) = (format!("{id}-fault"), format!("{id}-help"));
        let own = faults.iter().filter(|fault| fault.field == self.name).map(|fault| fault.sentence.as_str());
        let fault = own.collect::<Vec<_>>().join(" ");
        let is_bad = !fault.is_empty();
        let described = match (is_bad, self.help.is_empty()) {
            (true, _) => Some(fault_id.clone()),
            (false, false) => Some(help_id.clone()),
            (false, true) => None,
        };
        let is_code = self.keyboard.is_some();
        view! {
            <div class="field">
                <label for=id.clone()>{self.title}</label>
                <input
                    class="input"
                    class:code-input=is_code
                    id=id
                    type=if self.kind.is_empty() { "text" } else { self.kind }
                    name=self.name
                    value=self.value.to_owned()
                    autocomplete=self.autocomplete
                    inputmode=self.keyboard
                    spellcheck="false"
                    autocapitalize="none"
                    required=!self.optional
                    readonly=self.fixed
                    autofocus=focus == self.name
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=described
                />
                {is_bad.then(|| view! { <p class="field-fault" id=fault_id>{fault}</p> })}
                {(!self.help.is_empty() && !is_bad).then(|| view! { <p class="help" id=help_id>{self.help}</p> })}
            </div>
        }
        .into_any()
    }
}

/// The options of a time zone: no zone, titled `none`, then large cities by name, then all zones.
pub(super) fn zones(now: Option<TimeZone>, none: &'static str) -> AnyView {
    let w = words::<AccountWords>();
    let language: Language = language();
    let option = |zone: TimeZone, title: String, selected: bool| {
        view! {
            <option value=zone.name() selected=selected>
                {title}
            </option>
        }
        .into_any()
    };
    let main: Vec<TimeZone> = TimeZone::main().collect();
    let is_main = now.is_some_and(|now| main.contains(&now));
    let cities = main
        .iter()
        .map(|zone| {
            let title = zone.city(language).unwrap_or_else(|| zone.name().to_owned());
            option(*zone, title, now == Some(*zone))
        })
        .collect_view();
    let all = TimeZone::all()
        .map(|zone| option(zone, zone.name().replace('_', " "), !is_main && now == Some(zone)))
        .collect_view();
    view! {
        <option value="" selected=now.is_none()>
            {none}
        </option>
        <optgroup label=w.main_zones>{cities}</optgroup>
        <optgroup label=w.all_zones translate="no">
            {all}
        </optgroup>
    }
    .into_any()
}
