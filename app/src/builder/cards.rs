//! The cards of the form: a title, one sentence about the purpose, and the fields.

use hookgram::{event::EventType, parameters::Parameter};
use leptos::prelude::*;

use super::{State, inputs::ParameterField};
use crate::{
    components::{FieldFaults, TextField},
    form::{ALL_EVENTS, ANY_IDS, CODED_IDS, MARKED_EVENTS, ProfileForm},
    i18n::{BuilderWords, event_type, words},
};

/// The form's sections in order, as pairs of element id and title, for the links to them.
pub fn sections() -> [(&'static str, &'static str); 9] {
    let w = words::<BuilderWords>();
    [
        ("section-profile", w.profile_title),
        ("section-bot", w.bot_title),
        ("section-recipient", w.recipient_title),
        ("section-text", w.text_title),
        ("section-show", w.show_title),
        ("section-when", w.when_title),
        ("section-errors", w.errors_title),
        ("section-events", w.events_title),
        ("section-test", w.test_title),
    ]
}

#[component]
pub fn Card(id: &'static str, title: &'static str, why: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="card" id=id>
            <h2>{title}</h2>
            <p class="why">{why}</p>
            {children()}
        </section>
    }
}

#[component]
pub fn ProfileCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let name = state.initial.with_value(|form| form.name.clone());
    view! {
        <Card id="section-profile" title=w.profile_title why=w.profile_why>
            <TextField
                name="name"
                input_name="form[name]"
                title=w.name
                help=w.name_help
                value=name
                faults=state.faults
            />
        </Card>
    }
}

#[component]
pub fn RecipientCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let chosen = State::get().initial.with_value(|form| form.ids.clone());
    let option = |value: &'static str, text: &'static str| {
        let selected = chosen == value;
        view! {
            <option value=value selected=selected>
                {text}
            </option>
        }
        .into_any()
    };
    let ids = (!chosen.is_empty()).then(|| {
        view! {
            <div class="field">
                <label for="field-ids">{w.ids}</label>
                <select class="input" id="field-ids" name="form[ids]" aria-describedby="field-ids-help">
                    {option(CODED_IDS, w.ids_coded)}
                    {option(ANY_IDS, w.ids_any)}
                </select>
                <p class="help" id="field-ids-help">
                    {w.ids_help}
                </p>
            </div>
        }
        .into_any()
    });
    view! {
        <Card id="section-recipient" title=w.recipient_title why=w.recipient_why>
            <ParameterField parameter=Parameter::TelegramFieldName />
            {ids}
        </Card>
    }
}

#[component]
pub fn TextCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    view! {
        <Card id="section-text" title=w.text_title why=w.text_why>
            <ParameterField parameter=Parameter::Message />
            <ParameterField parameter=Parameter::SignText />
            <h3>{w.headings}</h3>
            <div class="pair">
                <ParameterField parameter=Parameter::DetailSectionName />
                <ParameterField parameter=Parameter::ResourceName />
            </div>
            <ParameterField parameter=Parameter::CaseTypeName />
        </Card>
    }
}

#[component]
pub fn WhenCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    view! {
        <Card id="section-when" title=w.when_title why=w.when_why>
            <ParameterField parameter=Parameter::DateLocales />
            <div class="pair">
                <ParameterField parameter=Parameter::Timezone />
                <ParameterField parameter=Parameter::TimezoneName />
            </div>
        </Card>
    }
}

#[component]
pub fn ErrorsCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    view! {
        <Card id="section-errors" title=w.errors_title why=w.errors_why>
            <ParameterField parameter=Parameter::ErrorEmail />
        </Card>
    }
}

#[component]
pub fn EventsCard() -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let boxes = EventType::NAMED
        .into_iter()
        .map(|(kind, name)| {
            let number = kind.0.to_string();
            let on = state.initial.with_value(|form| form.events.contains_key(&number));
            view! {
                <label class="check">
                    <input type="checkbox" name=format!("form[events][{number}]") checked=on />
                    <span>
                        {event_type(state.language, kind)} " "
                        <small class="soft mono">{name}</small>
                    </span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    let all = state.initial.with_value(ProfileForm::accepts_all_events);
    let choice = |value: &'static str, title: &'static str, chosen: bool| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="form[event_choice]"
                    value=value
                    checked=chosen
                    data-field="events"
                    aria-describedby="field-events-fault"
                />
                <span class="choice-title">{title}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <Card id="section-events" title=w.events_title why=w.events_why>
            <fieldset class="choices event-choice">
                <legend class="visually-hidden">{w.events_title}</legend>
                {choice(ALL_EVENTS, w.events_every, all)}
                {choice(MARKED_EVENTS, w.events_marked, !all)}
            </fieldset>
            <FieldFaults field="events" id="field-events-fault" faults=state.faults />
            <fieldset class="checks">
                <legend class="visually-hidden">{w.events_marked}</legend>
                {boxes}
            </fieldset>
        </Card>
    }
}
