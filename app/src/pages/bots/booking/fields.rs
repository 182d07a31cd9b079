//! The form: services, texts, the contact field, and less-used settings.

use hookgram::{
    booking::{BookingField, Culture, Read, Service},
    bot::SANDBOX_BOT,
    message::html,
    values::{Language, TimeZone},
};
use leptos::prelude::*;

use super::{
    BookingForm, BookingView, WebhookOffer,
    chat::{Defaults, defaults},
    form::service_field,
};
use crate::{
    components::area_text,
    error::FieldFault,
    i18n::{BookingWords, booking_faults, booking_field, checks, language, services_added, words},
    pages::form as inputs,
    preferences::tag,
};

/// The common data of all fields.
struct Fields {
    form: BookingForm,
    faults: Vec<FieldFault>,
    focus: String,
    defaults: Defaults,
    /// The scheme and host of booking pages.
    pages: String,
}

#[derive(Default)]
struct Input {
    name: String,
    title: &'static str,
    /// The language of the input's text, if it may differ from the page's language.
    language: Option<Language>,
    /// Text before the title for screen readers. It distinguishes inputs with the same title.
    which: String,
    help: &'static str,
    value: String,
    placeholder: String,
    /// The number of lines; 0 is an `<input>`.
    rows: usize,
    /// A sentence about the value that does not prevent saving.
    warning: Option<String>,
}

#[component]
pub(super) fn Form(view: BookingView) -> impl IntoView {
    let w = words::<BookingWords>();
    let path = view.path();
    let BookingView { bot, enabled, form, settings, faults, focus, added, refused, is_read, webhook, pages, .. } = view;
    let focus = inputs::focus(&faults, &focus).to_owned();
    let fields = Fields { defaults: defaults(&settings), form, faults, focus, pages };
    let is_on = enabled == Some(true);
    let (primary, primary_title) = if is_on { ("save", w.save) } else { ("on", w.save_and_on) };
    let secondary = if is_on {
        view! {
            <button class="button" name="do" value="off" formnovalidate>
                {w.switch_off}
            </button>
        }
    } else {
        view! {
            <button class="button" name="do" value="save" formnovalidate>
                {w.save_only}
            </button>
        }
    };
    view! {
        <form method="post" action=path.clone() id="booking">
            // Enter triggers the first button of a form.
            <button class="visually-hidden" name="do" value=primary tabindex="-1" aria-hidden="true">
                {primary_title}
            </button>
            <input type="hidden" name="version" value=fields.form.version.map(|version| version.to_string()) />
            {services(&fields, added, refused)}
            {texts(&fields)}
            {contact_field(&fields, bot.id, is_read)}
            {more(&fields, (bot.id != SANDBOX_BOT).then_some(webhook))}
            <div class="actions booking-actions">
                <button class="button primary" name="do" value=primary>
                    {primary_title}
                </button>
                {secondary}
                <button class="button" name="do" value="preview" formaction=format!("{path}#preview") formnovalidate>
                    {w.look}
                </button>
            </div>
        </form>
    }
}

fn services(fields: &Fields, added: usize, refused: Vec<Read>) -> AnyView {
    let w = words::<BookingWords>();
    let links = fields.draw(Input {
        name: BookingForm::LINKS.to_owned(),
        title: w.links,
        help: w.links_help,
        value: fields.form.links.clone(),
        placeholder: w.links_example.to_owned(),
        rows: 4,
        ..Input::default()
    });
    let refused = (!refused.is_empty()).then(|| {
        let row = |read: Read| {
            let why = read.result.err().map(|fault| booking_faults::link_fault(language(), fault));
            view! {
                <li>
                    <span class="mono whole" translate="no">
                        {read.text}
                    </span>
                    <span class="why-not">{why}</span>
                </li>
            }
            .into_any()
        };
        view! {
            <div class="notice warn" id="refused">
                <b>{w.not_read}</b>
                <ul class="refused">{refused.into_iter().map(row).collect_view()}</ul>
            </div>
        }
    });
    let added = (added > 0).then(|| {
        view! {
            <p class="answer ok" role="status">
                {services_added(language(), added)}
            </p>
        }
    });
    let count = fields.form.services.len();
    let list =
        fields.form.services.iter().enumerate().map(|(index, one)| service(fields, index, one, count)).collect_view();
    let none = (count == 0).then(|| view! { <p class="soft">{w.no_services}</p> });
    view! {
        <section class="card" id="services">
            <h2>{w.services}</h2>
            <p class="why">{w.services_why}</p>
            {links}
            {refused}
            <div class="actions">
                <button class="button" name="do" value="read-links" formnovalidate>
                    {w.read_links}
                </button>
            </div>
            {added}
            {none}
            <ol class="services">{list}</ol>
        </section>
    }
    .into_any()
}

fn service(fields: &Fields, index: usize, service: &Service, count: usize) -> AnyView {
    let w = words::<BookingWords>();
    let which = format!("{} {}", w.service, index + 1);
    let text = service.text.clone().unwrap_or_default();
    let title = fields.draw(Input {
        name: service_field(index, "title"),
        title: w.service_title,
        which: which.clone(),
        value: service.title.clone(),
        ..Input::default()
    });
    let about = fields.draw(Input {
        name: service_field(index, "text"),
        title: w.service_text,
        which: which.clone(),
        help: w.service_text_help,
        warning: html_warning(&text),
        value: text,
        rows: 2,
        ..Input::default()
    });
    let act = |what: &str, title: &'static str, sign: &'static str, disabled: bool| {
        let label = format!("{title}: {which}");
        view! {
            <button
                class="button small"
                name="do"
                value=format!("{what}-{index}")
                aria-label=label.clone()
                title=label
                disabled=disabled
                formnovalidate
            >
                {sign}
            </button>
        }
    };
    let page = format!("{}/service/{}/booking", fields.pages, service.id);
    view! {
        <li class="service">
            <input type="hidden" name=service_field(index, "id") value=service.id.to_string() />
            <div class="service-fields">
                {title} {about}
                <p class="help">
                    <a href=page target="_blank" rel="noreferrer noopener">
                        {w.service_page}
                    </a>
                </p>
            </div>
            <div class="service-acts">
                {act("up", w.up, "↑", index == 0)} {act("down", w.down, "↓", index + 1 == count)}
                {act("remove", w.remove, "×", false)}
            </div>
        </li>
    }
    .into_any()
}

fn texts(fields: &Fields) -> AnyView {
    let w = words::<BookingWords>();
    let all = [
        (BookingField::GreetingRu, Language::Ru, &fields.defaults.greeting.0, 4),
        (BookingField::GreetingEn, Language::En, &fields.defaults.greeting.1, 4),
        (BookingField::ButtonRu, Language::Ru, &fields.defaults.button.0, 0),
        (BookingField::ButtonEn, Language::En, &fields.defaults.button.1, 0),
        (BookingField::HelpRu, Language::Ru, &fields.defaults.help.0, 3),
        (BookingField::HelpEn, Language::En, &fields.defaults.help.1, 3),
    ];
    let names: Vec<&str> = all.iter().map(|(field, ..)| field.name()).collect();
    let mut is_open = fields.has_fault(&names);
    let drawn = all
        .into_iter()
        .map(|(field, of, placeholder, rows)| {
            let value = fields.form.text(field).to_owned();
            let warning = if rows > 0 { html_warning(&value) } else { None };
            is_open |= warning.is_some();
            fields.draw(Input {
                name: field.name().to_owned(),
                title: booking_field(language(), field),
                language: Some(of),
                placeholder: placeholder.clone(),
                value,
                rows,
                warning,
                ..Input::default()
            })
        })
        .collect_view();
    view! {
        <details class="card fold" id="texts" open=is_open>
            <summary>
                <h2>{w.texts}</h2>
            </summary>
            <p class="why">{w.texts_why}</p>
            {drawn}
        </details>
    }
    .into_any()
}

fn contact_field(fields: &Fields, bot: i64, is_read: bool) -> AnyView {
    let w = words::<BookingWords>();
    let unread = (!is_read).then(|| {
        view! {
            <div class="notice bad" id="unread">
                <p>{w.unread}</p>
                <a class="button small" href=format!("/profiles/new?bot={bot}")>
                    {w.make_profile}
                </a>
            </div>
        }
    });
    view! {
        <section class="card" id="field">
            <h2>{w.field}</h2>
            <p class="why">{w.field_why}</p>
            {unread}
            {fields.line(BookingField::FieldName, w.field_name_help)}
        </section>
    }
    .into_any()
}

/// Less-used settings. `webhook` is `None` for the sandbox's bot, which receives no updates.
fn more(fields: &Fields, webhook: Option<WebhookOffer>) -> AnyView {
    let w = words::<BookingWords>();
    let form = &fields.form;
    let names = [
        BookingField::FirstNameField.name(),
        BookingField::Culture.name(),
        BookingField::TimeZone.name(),
        BookingField::StaffChat.name(),
        BookingForm::UPDATES,
    ];
    let culture = form.text(BookingField::Culture).to_owned();
    let cultures = [("", w.culture_own), (Culture::Russian.name(), w.russian), (Culture::English.name(), w.english)];
    let cultures = cultures
        .map(|(value, title)| view! { <option value=value selected=value == culture>{title}</option> }.into_any());
    let zone = form.text(BookingField::TimeZone);
    let zone = TimeZone::of_place(zone).or_else(|| TimeZone::parse(zone));
    let check = |name: &'static str, title: &'static str, checked: bool| {
        view! {
            <label class="check">
                <input type="checkbox" name=name checked=checked />
                {title}
            </label>
        }
    };
    let refusal = match webhook {
        Some(WebhookOffer::Possible) | None => None,
        Some(WebhookOffer::NoHttps) => Some(w.no_https),
        Some(WebhookOffer::WrongPort) => Some(w.wrong_port),
    };
    let choice = |value: &'static str, title: &'static str, help: &'static str, checked: bool, disabled: bool| {
        view! {
            <label class="choice">
                <input type="radio" name=BookingForm::UPDATES value=value checked=checked disabled=disabled />
                <span>
                    <span class="choice-title">{title}</span>
                    <span class="help">{help}</span>
                </span>
            </label>
        }
    };
    // A stored choice that is no longer possible stays visible.
    let is_closed = refusal.is_some() && !form.by_webhook;
    view! {
        <details class="card fold" id="more" open=fields.has_fault(&names)>
            <summary>
                <h2>{w.more}</h2>
            </summary>
            {fields.line(BookingField::FirstNameField, w.first_name_field_help)}
            <div class="booking-checks">
                {check("returns", w.returns, form.returns)}
                {check("deliver_after_start", w.deliver_after_start, form.deliver_after_start)}
            </div>
            <div class="pair">
                {fields.select(BookingField::Culture, cultures.collect_view().into_any())}
                {fields.select(BookingField::TimeZone, inputs::zones(zone, w.zone_own))}
            </div>
            {webhook.map(|_| fields.line(BookingField::StaffChat, w.staff_chat_help))}
            <fieldset class="plain-fieldset" hidden=webhook.is_none()>
                <legend>{w.updates}</legend>
                {fields.fault(BookingForm::UPDATES)}
                <div class="choices">
                    {choice("polling", w.polling, w.polling_help, !form.by_webhook, false)}
                    {choice(BookingForm::WEBHOOK, w.webhook, refusal.unwrap_or(w.webhook_help), form.by_webhook, is_closed)}
                </div>
            </fieldset>
        </details>
    }
    .into_any()
}

fn html_warning(text: &str) -> Option<String> {
    let fault = html::parse(text).err()?;
    let sentence = checks::html_fault(language(), &fault);
    let mut letters = sentence.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    Some(format!("{first}{}. {}", letters.as_str(), words::<BookingWords>().sent_as_typed))
}

impl Fields {
    fn has_fault(&self, names: &[&str]) -> bool {
        self.faults.iter().any(|fault| names.contains(&fault.field.as_str()))
    }

    fn sentences(&self, name: &str) -> String {
        let own = self.faults.iter().filter(|fault| fault.field == name).map(|fault| fault.sentence.as_str());
        own.collect::<Vec<_>>().join(" ")
    }

    fn fault(&self, name: &str) -> AnyView {
        let sentence = self.sentences(name);
        (!sentence.is_empty())
            .then(|| view! { <p class="field-fault" id=format!("field-{name}-fault")>{sentence}</p> })
            .into_any()
    }

    /// A one-line field of the settings.
    fn line(&self, field: BookingField, help: &'static str) -> AnyView {
        self.draw(Input {
            name: field.name().to_owned(),
            title: booking_field(language(), field),
            help,
            value: self.form.text(field).to_owned(),
            ..Input::default()
        })
    }

    fn select(&self, field: BookingField, options: AnyView) -> AnyView {
        let name = field.name();
        let id = format!("field-{name}");
        let is_bad = self.has_fault(&[name]);
        view! {
            <div class="field">
                <label for=id.clone()>{booking_field(language(), field)}</label>
                <select
                    class="input"
                    id=id.clone()
                    name=name
                    autofocus=self.focus == name
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=format!("{id}-fault")
                >
                    {options}
                </select>
                {self.fault(name)}
            </div>
        }
        .into_any()
    }

    fn draw(&self, input: Input) -> AnyView {
        let Input { name, title, language, which, help, value, placeholder, rows, warning } = input;
        let lang = language.map(tag);
        let id = format!("field-{name}");
        let (fault_id, help_id) = (format!("{id}-fault"), format!("{id}-help"));
        let is_bad = self.has_fault(&[&name]);
        let has_focus = self.focus == name;
        let described = format!("{fault_id} {help_id}");
        let which = (!which.is_empty()).then(|| view! { <span class="visually-hidden">{which} ": "</span> });
        let placeholder = (!placeholder.is_empty()).then_some(placeholder);
        let fault = self.fault(&name);
        let field = if rows > 0 {
            view! {
                <textarea
                    class="input"
                    id=id.clone()
                    name=name
                    rows=rows.to_string()
                    lang=lang
                    placeholder=placeholder
                    translate="no"
                    autofocus=has_focus
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=described
                >
                    {area_text(value)}
                </textarea>
            }
            .into_any()
        } else {
            view! {
                <input
                    class="input"
                    id=id.clone()
                    name=name
                    value=value
                    lang=lang
                    placeholder=placeholder
                    autocomplete="off"
                    translate="no"
                    autofocus=has_focus
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby=described
                />
            }
            .into_any()
        };
        view! {
            <div class="field">
                <label for=id>{which} {title}</label>
                {field}
                {fault}
                {warning.map(|sentence| view! { <p class="field-warning">{sentence}</p> })}
                {(!help.is_empty()).then(|| view! { <p class="help" id=help_id>{help}</p> })}
            </div>
        }
        .into_any()
    }
}
