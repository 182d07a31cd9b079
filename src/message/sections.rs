//! The sections of a message in their order, and how they are put together (contract §5).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rust_decimal::Decimal;

use super::{
    Context, Span, Style, details, html,
    labels::{CONTACT, SERVICE_PAGE},
    locale::RESOURCES,
    money::{money, number},
};
use crate::{
    event::{BookedResource, Participant, Resource},
    parameters::Parameter,
    profile::Formatting,
    recipient::telegram_field,
    text::is_blank,
};

/// A line, or several of an operator's text: runs of text.
pub(super) type Line = Vec<Span>;
/// Lines that stand together.
pub(super) type Section = Vec<Line>;

pub(super) fn all(formatting: &Formatting, context: &Context<'_>) -> Vec<Section> {
    let mut sections = vec![operator_text(formatting.message.as_deref(), Parameter::Message)];
    if !formatting.hide_detail_section {
        sections.push(details::section(formatting, context));
    }
    sections.push(resources(formatting, context));
    if !formatting.hide_contact_info {
        sections.push(contact(formatting, context));
    }
    if !formatting.hide_url {
        sections.push(links(formatting, context));
    }
    sections.push(operator_text(formatting.sign_text.as_deref(), Parameter::SignText));
    sections
}

/// The sections with an empty line between; blank ones are left out.
pub(super) fn joined(sections: Vec<Section>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for section in sections {
        let mut before = "\n\n";
        for line in section {
            let line = trimmed(line);
            if line.iter().all(|span| is_blank(&span.text)) {
                continue;
            }
            if !spans.is_empty() {
                spans.push(Span::plain(before, None));
            }
            spans.extend(line);
            before = "\n";
        }
    }
    spans
}

/// Runs without white space at the ends of the whole.
fn trimmed(mut line: Line) -> Line {
    while let Some(first) = line.first_mut() {
        first.text = first.text.trim_start().to_owned();
        if !first.text.is_empty() {
            break;
        }
        line.remove(0);
    }
    while let Some(last) = line.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        line.pop();
    }
    line
}

fn operator_text(text: Option<&str>, parameter: Parameter) -> Section {
    let Some(text) = text else { return Section::new() };
    let mut spans = html::parse(text).unwrap_or_else(|_| vec![Span::plain(text, None)]);
    for span in &mut spans {
        span.origin = Some(parameter);
    }
    vec![spans]
}

fn resources(formatting: &Formatting, context: &Context<'_>) -> Section {
    let participant = context.participant();
    let own = participant.map_or(&[][..], |participant| participant.booked.as_slice());
    let is_shown = |resource: &&Resource| own.is_empty() || row_of(own, resource).is_some();
    let mut lines = Section::new();
    for resource in context.event.resources.iter().filter(is_shown) {
        let Some(name) = &resource.name else { continue };
        let price = price(formatting, context, resource);
        lines.push(vec![Span::plain(format!("• {name}{price}"), None)]);
        let description = resource.description.as_deref().map(html::flatten).unwrap_or_default();
        if !formatting.hide_resource_description && !description.is_empty() {
            lines.push(vec![Span::styled(description, Style::Italic, Some(Parameter::HideResourceDescription))]);
        }
    }
    if !lines.is_empty() {
        let heading = formatting.resource_name.as_deref().unwrap_or(RESOURCES.get(formatting.locale.language()));
        lines.insert(0, vec![Span::styled(heading, Style::Bold, Some(Parameter::ResourceName))]);
    }
    lines
}

fn row_of<'a>(rows: &'a [BookedResource], resource: &Resource) -> Option<&'a BookedResource> {
    let id = resource.id.as_ref()?;
    rows.iter().find(|row| row.resource_id.as_ref() == Some(id))
}

/// ` × 2 — 3 000 ₽`, as much of it as there is to say.
fn price(formatting: &Formatting, context: &Context<'_>, resource: &Resource) -> String {
    let locale = formatting.locale;
    let participant = context.participant();
    let row = participant
        .and_then(|participant| row_of(&participant.booked, resource))
        .or_else(|| row_of(&context.event.case.booked, resource));
    let amount = row.and_then(|row| row.amount).unwrap_or(Decimal::ONE);
    let unit_price = row.and_then(|row| row.sale_price).or(resource.sale_price);
    let currency = resource.currency.as_deref();
    let currency = currency.or_else(|| participant?.currency.as_deref()).unwrap_or("RUB");

    let mut text = String::new();
    if amount != Decimal::ONE {
        text += &format!(" × {}", number(locale, amount));
    }
    // A sum beyond what a decimal holds is no price anybody pays: nothing is better than a wrong one.
    let sum = unit_price.and_then(|price| amount.checked_mul(price));
    if let Some(sum) = sum.and_then(|sum| money(locale, sum, currency)) {
        text += &format!(" — {sum}");
    }
    text
}

fn contact(formatting: &Formatting, context: &Context<'_>) -> Section {
    let origin = Some(Parameter::HideContactInfo);
    let Some(participant) = context.participant() else { return Section::new() };
    let is_telegram_field = context.field_name.map(|name| telegram_field(participant, name));
    let mut lines = Section::new();
    for field in &participant.fields {
        let (Some(name), Some(value)) = (&field.name, &field.value) else { continue };
        if !name.starts_with('*') && !is_telegram_field.as_ref().is_some_and(|is_it| is_it(field)) {
            lines.push(vec![Span::plain(format!("{name}: {value}"), origin)]);
        }
    }
    if !lines.is_empty() {
        lines.insert(0, vec![Span::styled(CONTACT.get(formatting.locale.language()), Style::Bold, origin)]);
    }
    lines
}

/// What an id in a link keeps as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn links(formatting: &Formatting, context: &Context<'_>) -> Section {
    let language = formatting.locale.language();
    let event = context.event;
    let item_id = || context.participant().and_then(|participant| participant.item_id.as_ref());
    let case_id = event.case.id.as_ref().or_else(item_id);
    let service_id = event.service.id.as_ref().or(event.case.service_id.as_ref());
    let link = |text: &str, page: &str, id: &String| {
        let host = context.booking_host.trim_end_matches('/');
        let url = format!("{host}/app/tabs/tab-search/{page};id={}", utf8_percent_encode(id, UNRESERVED));
        if url.len() > html::LONGEST_URL {
            return Line::new();
        }
        vec![Span::styled(text, Style::Link { url }, Some(Parameter::HideUrl))]
    };
    let case = case_id.map(|id| link(event.kind().link_text().get(language), "case", id));
    let service = service_id.map(|id| link(SERVICE_PAGE.get(language), "service", id));
    case.into_iter().chain(service).collect()
}

impl<'a> Context<'a> {
    fn participant(&self) -> Option<&'a Participant> {
        self.event.participants.get(self.participant?)
    }
}
