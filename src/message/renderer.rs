//! Renders the messages of one event. An event may have a thousand participants, and an operator's text may have 30 KB.
//! Therefore the common text is parsed once, and participants with equal displayed data share one message.

use super::{
    Message, Span, Style, details, html,
    labels::CONTACT,
    locale::RESOURCES,
    sections::{self, Line, Section, headed, joined, operator_text, price},
};
use crate::{
    event::{BookedResource, BookingEvent, ContactField, Participant, Resource},
    parameters::Parameter,
    profile::Formatting,
    recipient::TelegramField,
};

/// Renders the messages of one event.
#[derive(Clone, Debug)]
pub struct Renderer<'a> {
    formatting: &'a Formatting,
    event: &'a BookingEvent,
    field: Option<TelegramField<'a>>,
    booking_host: &'a str,
    message: Section,
    details: Section,
    sign_text: Section,
    resources: Vec<Shown<'a>>,
    by_id: ById<'a>,
    booked: Rows<'a>,
    /// The bytes of the text that all messages share.
    shared: usize,
}

/// The data of a participant that rendering reads. Equal variants have equal messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant<'a> {
    booked: &'a [BookedResource],
    currency: Option<&'a str>,
    item_id: Option<&'a str>,
    contact: Vec<(&'a str, &'a str)>,
}

/// A resource with a name, and its description as plain text.
#[derive(Clone, Debug)]
struct Shown<'a> {
    resource: &'a Resource,
    name: &'a str,
    description: String,
}

impl<'a> Renderer<'a> {
    /// Prepares the text that all messages of an event share. The arguments are those of [`super::Context`].
    #[must_use]
    pub fn new(
        formatting: &'a Formatting,
        event: &'a BookingEvent,
        field_name: Option<&'a str>,
        booking_host: &'a str,
    ) -> Self {
        let description = |resource: &Resource| {
            let text = resource.description.as_deref().filter(|_| !formatting.hide_resource_description);
            text.map(html::flatten).unwrap_or_default()
        };
        let shown = |resource: &'a Resource| {
            Some(Shown { resource, name: resource.name.as_deref()?, description: description(resource) })
        };
        let resources: Vec<Shown<'a>> = event.resources.iter().filter_map(shown).collect();
        let message = operator_text(formatting.message.as_deref(), Parameter::Message);
        let details = if formatting.hide_detail_section { Section::new() } else { details::section(formatting, event) };
        let sign_text = operator_text(formatting.sign_text.as_deref(), Parameter::SignText);
        let shared = [&message, &details, &sign_text].into_iter().flatten().flatten();
        Self {
            shared: shared.map(|span| span.text.len() + PER_RUN).sum(),
            by_id: ById::new(&resources),
            booked: Rows::of(&event.case.booked),
            field: field_name.map(TelegramField::new),
            formatting,
            event,
            booking_host,
            message,
            details,
            sign_text,
            resources,
        }
    }

    /// The variant of the participant with this index. `None` stands for a message without a participant.
    #[must_use]
    pub fn variant(&self, participant: Option<usize>) -> Variant<'a> {
        let Some(participant) = participant.and_then(|index| self.event.participants.get(index)) else {
            return Variant::default();
        };
        let has_resources = !self.resources.is_empty();
        let shows_item = !self.formatting.hide_url && self.event.case.id.is_none();
        Variant {
            booked: if has_resources { &participant.booked } else { &[] },
            currency: participant.currency.as_deref().filter(|_| has_resources),
            item_id: participant.item_id.as_deref().filter(|_| shows_item),
            contact: if self.formatting.hide_contact_info { Vec::new() } else { self.contact(participant) },
        }
    }

    /// The approximate size of a variant's message in bytes, without most of the markup. The cost of rendering is
    /// proportional to it. Computing it is cheap.
    #[must_use]
    pub fn weight(&self, variant: &Variant<'_>) -> usize {
        let resources = if variant.booked.is_empty() {
            self.by_id.weight_of_all
        } else {
            Rows::of(variant.booked).ids().map(|id| self.by_id.weight(id)).sum()
        };
        let contact: usize = variant.contact.iter().map(|(name, value)| name.len() + value.len() + PER_RUN).sum();
        self.shared + resources + contact
    }

    /// Renders the message of a variant.
    #[must_use]
    pub fn render(&self, variant: &Variant<'_>) -> Message {
        let locale = self.formatting.locale;
        let mut all = vec![self.message.clone(), self.details.clone(), self.resources(variant)];
        let of_contact = |(name, value): &(&str, &str)| {
            vec![Span::plain(format!("{name}: {value}"), Some(Parameter::HideContactInfo))]
        };
        let contact = variant.contact.iter().map(of_contact).collect();
        all.push(headed(CONTACT.get(locale.language()), Parameter::HideContactInfo, contact));
        if !self.formatting.hide_url {
            all.push(sections::links(locale, self.event, variant.item_id, self.booking_host));
        }
        all.push(self.sign_text.clone());
        Message { spans: joined(all) }
    }

    fn resources(&self, variant: &Variant<'_>) -> Section {
        let own = Rows::of(variant.booked);
        let lines = if variant.booked.is_empty() {
            self.resources.iter().flat_map(|shown| self.resource(shown, &own, variant)).collect()
        } else {
            let mut shown: Vec<usize> = own.ids().flat_map(|id| self.by_id.of(id)).copied().collect();
            shown.sort_unstable();
            let shown = shown.into_iter().filter_map(|index| self.resources.get(index));
            shown.flat_map(|shown| self.resource(shown, &own, variant)).collect()
        };
        let heading = RESOURCES.get(self.formatting.locale.language());
        headed(self.formatting.resource_name.as_deref().unwrap_or(heading), Parameter::ResourceName, lines)
    }

    fn resource(&self, shown: &Shown<'_>, own: &Rows<'_>, variant: &Variant<'_>) -> impl Iterator<Item = Line> {
        let row = shown.resource.id.as_deref().and_then(|id| own.find(id).or_else(|| self.booked.find(id)));
        let price = price(self.formatting.locale, shown.resource, row, variant.currency);
        let name = vec![Span::plain(format!("• {}{price}", shown.name), None)];
        let description = (!shown.description.is_empty()).then(|| {
            let origin = Some(Parameter::HideResourceDescription);
            vec![Span::styled(shown.description.as_str(), Style::Italic, origin)]
        });
        std::iter::once(name).chain(description)
    }

    fn contact(&self, participant: &'a Participant) -> Vec<(&'a str, &'a str)> {
        let is_telegram_field = self.field.as_ref().map(|field| field.of(participant));
        let is_shown = |field: &&ContactField| {
            !field.name.as_deref().is_some_and(|name| name.starts_with('*'))
                && !is_telegram_field.as_ref().is_some_and(|is_it| is_it(field))
        };
        let fields = participant.fields.iter().filter(is_shown);
        fields.filter_map(|field| Some((field.name.as_deref()?, field.value.as_deref()?))).collect()
    }
}

/// The minimum bytes of a span in addition to its text.
const PER_RUN: usize = 3;
/// The minimum bytes of a resource's lines in addition to its texts.
const PER_RESOURCE: usize = 8;

/// The rows of a `BookingResourceList` by the id of their resource. If several rows have the same id, the first one is
/// used.
#[derive(Clone, Debug)]
struct Rows<'a>(Vec<(&'a str, &'a BookedResource)>);

impl<'a> Rows<'a> {
    fn of(rows: &'a [BookedResource]) -> Self {
        let mut rows: Vec<_> = rows.iter().filter_map(|row| Some((row.resource_id.as_deref()?, row))).collect();
        rows.sort_by_key(|(id, _)| *id);
        rows.dedup_by_key(|(id, _)| *id);
        Self(rows)
    }

    fn find(&self, id: &str) -> Option<&'a BookedResource> {
        let at = self.0.binary_search_by_key(&id, |(known, _)| known).ok()?;
        self.0.get(at).map(|(_, row)| *row)
    }

    fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(id, _)| *id)
    }
}

/// The shown resources by id. It avoids scanning all of them for each entry of a participant's list.
#[derive(Clone, Debug)]
struct ById<'a> {
    ids: Vec<&'a str>,
    /// For each id, the index into [`Renderer::resources`].
    indices: Vec<usize>,
    /// Cumulative bytes: of the resources before each one, and finally of all.
    weights: Vec<usize>,
    weight_of_all: usize,
}

impl<'a> ById<'a> {
    fn new(resources: &[Shown<'a>]) -> Self {
        let weight = |shown: &Shown<'_>| shown.name.len() + shown.description.len() + PER_RESOURCE;
        let mut found: Vec<(&'a str, usize, usize)> = resources
            .iter()
            .enumerate()
            .filter_map(|(index, shown)| Some((shown.resource.id.as_deref()?, index, weight(shown))))
            .collect();
        found.sort_unstable();
        let mut weights = vec![0];
        weights.extend(found.iter().scan(0, |sum, (_, _, weight)| {
            *sum += weight;
            Some(*sum)
        }));
        Self {
            ids: found.iter().map(|(id, _, _)| *id).collect(),
            indices: found.iter().map(|(_, index, _)| *index).collect(),
            weights,
            weight_of_all: resources.iter().map(weight).sum(),
        }
    }

    fn range(&self, id: &str) -> std::ops::Range<usize> {
        self.ids.partition_point(|known| *known < id)..self.ids.partition_point(|known| *known <= id)
    }

    fn of(&self, id: &str) -> &[usize] {
        self.indices.get(self.range(id)).unwrap_or_default()
    }

    fn weight(&self, id: &str) -> usize {
        let range = self.range(id);
        let before = |at: usize| self.weights.get(at).copied().unwrap_or_default();
        before(range.end) - before(range.start)
    }
}
