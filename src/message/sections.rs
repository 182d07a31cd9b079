//! The sections of a message and how they are joined (contract §5).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rust_decimal::Decimal;

use super::{
    Span, Style, html,
    labels::SERVICE_PAGE,
    money::{money, number},
};
use crate::{
    event::{BookedResource, BookingEvent, Resource},
    parameters::Parameter,
    text::is_blank,
    values::Locale,
};

/// A line as spans. An operator's text of several lines is one `Line`.
pub(super) type Line = Vec<Span>;
/// Lines without an empty line between them.
pub(super) type Section = Vec<Line>;

/// Joins the sections with empty lines. Blank sections are omitted.
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

/// Trims white space at both ends of the whole line, across spans.
fn trimmed(mut line: Line) -> Line {
    let blank = line.iter().take_while(|span| span.text.trim_start().is_empty()).count();
    line.drain(..blank);
    if let Some(first) = line.first_mut() {
        first.text.drain(..first.text.len() - first.text.trim_start().len());
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

pub(super) fn operator_text(text: Option<&str>, parameter: Parameter) -> Section {
    let Some(text) = text else { return Section::new() };
    let mut spans = html::parse(text).unwrap_or_else(|_| vec![Span::plain(text, None)]);
    for span in &mut spans {
        span.origin = Some(parameter);
    }
    vec![spans]
}

/// Puts a heading before the lines, unless there are no lines.
pub(super) fn headed(heading: &str, origin: Parameter, mut lines: Section) -> Section {
    if !lines.is_empty() {
        lines.insert(0, vec![Span::styled(heading, Style::Bold, Some(origin))]);
    }
    lines
}

/// ` × 2 — 3 000 ₽`. Unknown parts are omitted.
pub(super) fn price(
    locale: Locale,
    resource: &Resource,
    row: Option<&BookedResource>,
    currency_of_participant: Option<&str>,
) -> String {
    let amount = row.and_then(|row| row.amount).unwrap_or(Decimal::ONE);
    let unit_price = row.and_then(|row| row.sale_price).or(resource.sale_price);
    let currency = resource.currency.as_deref().or(currency_of_participant).unwrap_or("RUB");

    let mut text = String::new();
    if amount != Decimal::ONE {
        text += &format!(" × {}", number(locale, amount));
    }
    // If the product overflows, no price is shown, because a wrong price would be worse.
    let sum = unit_price.and_then(|price| amount.checked_mul(price));
    if let Some(sum) = sum.and_then(|sum| money(locale, sum, currency)) {
        text += &format!(" — {sum}");
    }
    text
}

/// The characters of an id that are not encoded in a link.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn page_link(booking_host: &str, page: &str, id: &str) -> String {
    let host = booking_host.trim_end_matches('/');
    format!("{host}/app/tabs/tab-search/{page};id={}", utf8_percent_encode(id, UNRESERVED))
}

/// The URL of a booking's page. `booking_host` is the base URL of links: `https://torrow.net`.
#[must_use]
pub fn case_link(booking_host: &str, case_id: &str) -> String {
    page_link(booking_host, "case", case_id)
}

/// The links to the booking and the service. If the event has no `CaseItem.Id`, `item_id` is used instead.
pub(super) fn links(locale: Locale, event: &BookingEvent, item_id: Option<&str>, booking_host: &str) -> Section {
    let language = locale.language();
    let case_id = event.case.id.as_deref().or(item_id);
    let service_id = event.service.id.as_deref().or(event.case.service_id.as_deref());
    let link = |text: &str, page: &str, id: &str| {
        let url = page_link(booking_host, page, id);
        if url.len() > html::LONGEST_URL {
            return Line::new();
        }
        vec![Span::styled(text, Style::Link { url: url.into() }, Some(Parameter::HideUrl))]
    };
    let case = case_id.map(|id| link(event.kind().link_text().get(language), "case", id));
    let service = service_id.map(|id| link(SERVICE_PAGE.get(language), "service", id));
    case.into_iter().chain(service).collect()
}
