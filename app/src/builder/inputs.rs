//! The inputs of parameters, generated from the table of parameters.

use hookgram::{
    message,
    parameters::{Kind, Parameter},
    profile::Profile,
    values::{Language, Locale},
};
use leptos::prelude::*;

use super::{State, text::TextEditor, zone::ZoneInput};
use crate::{
    components::{FieldFaults, Said},
    i18n::{FormWords, checks, words},
};

#[component]
pub fn ParameterField(parameter: Parameter) -> impl IntoView {
    let state = State::get();
    let definition = parameter.definition();
    let name = definition.name;
    let id = format!("field-{name}");
    let help_id = format!("{id}-help");
    let fault_id = format!("{id}-fault");
    let warning_id = format!("{id}-warning");
    let described = format!("{fault_id} {warning_id} {help_id}");
    let warning = move || {
        let warnings = state.profile.with(Profile::editor_warnings);
        let own = warnings.iter().filter(|warning| warning.parameter() == Some(parameter));
        let sentences = own.map(|warning| checks::in_form(state.language, parameter, warning));
        sentences.collect::<Vec<_>>().join(" ")
    };
    let invalid = move || {
        let at_fault = state.faults.with(|all| all.iter().any(|fault| fault.field == name));
        at_fault.then_some("true")
    };
    let input_name = format!("form[values][{name}]");
    let value = state.initial.with_value(|form| form.value(parameter).to_owned());
    let placeholder = move || state.profile.with(|profile| default_text(parameter, profile, state.language));
    // A default that appears in the message is in the message's language.
    let is_said = definition.default.is_some() && parameter != Parameter::TimezoneName;
    let said_in = move || is_said.then(|| state.profile.with(|profile| profile.formatting.locale.tag()));
    let invalid = Signal::derive(invalid);
    let help = match definition.kind {
        Kind::TimeZone => words::<FormWords>().zone_help,
        _ => definition.help.get(state.language),
    };
    let input = match definition.kind {
        Kind::OperatorText => {
            view! { <TextEditor parameter value id=id.clone() input_name described invalid /> }.into_any()
        }
        Kind::TimeZone => view! { <ZoneInput value id=id.clone() input_name described invalid /> }.into_any(),
        Kind::Locale => {
            let current = Locale::parse(&value).unwrap_or_default();
            let option = |locale: Locale| {
                view! {
                    <option value=locale.tag() lang=locale.tag() selected=locale == current>
                        {format!("{}: {}", locale.name(), message::example(locale))}
                    </option>
                }
                .into_any()
            };
            let options = Locale::ALL.into_iter().map(option).collect_view();
            view! {
                <select
                    class="input"
                    id=id.clone()
                    name=input_name
                    data-field=name
                    aria-invalid=invalid
                    aria-describedby=described
                >
                    {options}
                </select>
            }
            .into_any()
        }
        Kind::Token | Kind::Text | Kind::Emails | Kind::Bool => view! {
            <input
                class="input"
                id=id.clone()
                name=input_name
                value=value
                placeholder=placeholder
                lang=said_in
                autocomplete="off"
                data-field=name
                aria-invalid=invalid
                aria-describedby=described
            />
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label for=id>{definition.title.get(state.language)}</label>
            {input}
            <FieldFaults field=name id=fault_id faults=state.faults />
            <Said class="field-warning".to_owned() id=warning_id text=Signal::derive(warning) />
            <p class="help" id=help_id>
                {help}
            </p>
        </div>
    }
}

/// The text that the message contains if the field is empty, in the message's language. The zone's default name is
/// given in the page's language.
fn default_text(parameter: Parameter, profile: &Profile, page: Language) -> &'static str {
    let language = match parameter {
        Parameter::TimezoneName => page,
        _ => profile.formatting.locale.language(),
    };
    parameter.definition().default.map_or("", |default| default.get(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_in_the_language_of_the_message() {
        for (locale, parameter, text) in [
            ("ru-RU", Parameter::ResourceName, "Услуги/ресурсы"),
            ("en-US", Parameter::ResourceName, "Services/resources"),
            ("en-US", Parameter::CaseTypeName, "order, appointment, event participation"),
            ("en-US", Parameter::Message, ""),
        ] {
            let mut profile = Profile::default();
            assert_eq!(profile.set(Parameter::DateLocales, locale), Ok(()));
            assert_eq!(default_text(parameter, &profile, Language::Ru), text, "{locale}");
        }
    }
}
