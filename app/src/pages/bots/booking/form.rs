//! The form of the booking bot as typed, and how it is read.

use std::collections::{BTreeMap, HashMap};

use hookgram::{
    booking::{BookingBot, BookingFault, BookingField, LinkFault, Read, Service, ServiceId, read_links},
    values::{Language, TimeZone},
};

use crate::{
    error::FieldFault,
    i18n::{BookingWords, Words as _, booking_faults::booking_fault, booking_field},
};

/// The content of all inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookingForm {
    /// The version of the stored settings that the form started from; `None` if none were stored.
    pub version: Option<i64>,
    /// The pasted links.
    pub links: String,
    /// The listed services.
    pub services: Vec<Service>,
    /// The text of each field.
    pub texts: BTreeMap<BookingField, String>,
    /// Whether the booking page returns to the bot.
    pub returns: bool,
    /// Whether messages that failed before the customer pressed Start are delivered after it.
    pub deliver_after_start: bool,
    /// Whether Telegram sends updates by webhook.
    pub by_webhook: bool,
}

pub(super) fn service_field(index: usize, part: &str) -> String {
    format!("service-{index}-{part}")
}

impl BookingForm {
    /// The name of the field for pasted links.
    pub const LINKS: &str = "links";
    /// The name of the choice between polling and a webhook.
    pub const UPDATES: &str = "updates";
    /// The value of [`Self::UPDATES`] for a webhook.
    pub const WEBHOOK: &str = "webhook";

    /// The form of stored settings, or of the default ones.
    #[must_use]
    pub fn of(settings: &BookingBot, version: Option<i64>, by_webhook: bool) -> Self {
        Self {
            version,
            links: String::new(),
            services: settings.services.clone(),
            texts: BookingField::ALL.into_iter().map(|field| (field, settings.get(field))).collect(),
            returns: settings.returns,
            deliver_after_start: settings.deliver_after_start,
            by_webhook,
        }
    }

    /// Reads the submitted inputs. A service with a manipulated hidden id is dropped.
    #[must_use]
    pub fn read(fields: &HashMap<String, String>) -> Self {
        let text = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let services = (0..).map_while(|index| {
            let id = fields.get(&service_field(index, "id"))?;
            let part = |part: &str| text(&service_field(index, part));
            Some(ServiceId::parse(id).ok().map(|id| Service::typed(id, part("title"), part("text"))))
        });
        Self {
            version: text("version").parse().ok(),
            links: text(Self::LINKS).to_owned(),
            services: services.flatten().collect(),
            texts: BookingField::ALL.into_iter().map(|field| (field, text(field.name()).to_owned())).collect(),
            returns: fields.contains_key("returns"),
            deliver_after_start: fields.contains_key("deliver_after_start"),
            by_webhook: text(Self::UPDATES) == Self::WEBHOOK,
        }
    }

    /// The name of the input for a service's title.
    #[must_use]
    pub fn title_field(index: usize) -> String {
        service_field(index, "title")
    }

    /// The text of a field.
    #[must_use]
    pub fn text(&self, field: BookingField) -> &str {
        self.texts.get(&field).map(String::as_str).unwrap_or_default()
    }

    /// Adds the services that the pasted links name to the list. Returns the number of new services, and the pieces of
    /// the text that name none. The text stays in its field if a piece must be corrected; the next call skips services
    /// that are already listed.
    pub fn take_links(&mut self) -> (usize, Vec<Read>) {
        let before = self.services.len();
        let mut refused = Vec::new();
        for read in read_links(&self.links) {
            match read.result {
                Ok(found) if self.services.iter().any(|service| service.id == found.id) => {}
                Ok(found) => self.services.push(Service::typed(found.id, &found.title.unwrap_or_default(), "")),
                Err(_) => refused.push(read),
            }
        }
        if !refused.iter().any(Self::must_be_mended) {
            self.links.clear();
        }
        (self.services.len() - before, refused)
    }

    /// Whether a piece of the pasted text must be corrected before the settings can be saved. A repeated service need
    /// not be.
    pub fn must_be_mended(read: &Read) -> bool {
        read.result.as_ref().is_err_and(|fault| *fault != LinkFault::Duplicate)
    }

    /// Swaps a service with the one above or below it.
    pub fn swap(&mut self, index: usize, other: usize) {
        if index.max(other) < self.services.len() {
            self.services.swap(index, other);
        }
    }

    /// Removes a service from the list.
    pub fn remove(&mut self, index: usize) {
        if index < self.services.len() {
            self.services.remove(index);
        }
    }

    /// The settings as far as they can be read, and every fault, in the order of the fields.
    #[must_use]
    pub fn settings(&self) -> (BookingBot, Vec<BookingFault>) {
        let mut bot = BookingBot {
            services: self.services.clone(),
            returns: self.returns,
            deliver_after_start: self.deliver_after_start,
            ..BookingBot::default()
        };
        let mut faults = Vec::new();
        for field in BookingField::ALL {
            let text = self.text(field);
            // The zone may be typed as a city.
            let zone = (field == BookingField::TimeZone).then(|| TimeZone::of_place(text)).flatten();
            faults.extend(bot.set(field, zone.map_or(text, |zone| zone.name())).err());
        }
        faults.extend(bot.check());
        faults.sort_by_key(place);
        (bot, faults)
    }

    /// The faults as sentences at their fields.
    #[must_use]
    pub fn field_faults(language: Language, faults: &[BookingFault]) -> Vec<FieldFault> {
        let at = |fault: &BookingFault| FieldFault { field: field_of(fault), sentence: booking_fault(language, fault) };
        faults.iter().map(at).collect()
    }

    /// The titles of the fields that differ from `other`, each with the other value; a blank value is empty.
    #[must_use]
    pub fn differences(&self, other: &Self, language: Language) -> Vec<(&'static str, String)> {
        let w = BookingWords::of(language);
        let yes_no = |is: bool| if is { w.yes } else { w.no }.to_owned();
        let mut found = Vec::new();
        if self.services != other.services {
            let titles: Vec<&str> = other.services.iter().map(|service| service.title.as_str()).collect();
            found.push((w.services, titles.join(", ")));
        }
        for field in BookingField::ALL {
            let (own, others) = (self.text(field), other.text(field));
            if own.replace("\r\n", "\n").trim() != others.trim() {
                found.push((booking_field(language, field), others.to_owned()));
            }
        }
        for (title, own, others) in [
            (w.returns, self.returns, other.returns),
            (w.deliver_after_start, self.deliver_after_start, other.deliver_after_start),
        ] {
            found.extend((own != others).then(|| (title, yes_no(others))));
        }
        if self.by_webhook != other.by_webhook {
            found.push((w.updates, if other.by_webhook { w.webhook } else { w.polling }.to_owned()));
        }
        found
    }
}

/// The position of a fault's field on the page.
fn place(fault: &BookingFault) -> (usize, usize) {
    let text = |field: BookingField| BookingField::ALL.iter().position(|known| *known == field).unwrap_or_default();
    match fault {
        BookingFault::NoService | BookingFault::TooManyServices(_) => (0, 0),
        BookingFault::DuplicateService(index)
        | BookingFault::BlankTitle(index)
        | BookingFault::TitleTooLong(index)
        | BookingFault::ServiceTextTooLong(index) => (1, *index),
        BookingFault::TooLong(field) | BookingFault::FieldName(field, _) => (2, text(*field)),
        BookingFault::SameField => (2, text(BookingField::FirstNameField)),
        BookingFault::UnknownCulture { .. } => (2, text(BookingField::Culture)),
        BookingFault::UnknownTimeZone { .. } => (2, text(BookingField::TimeZone)),
        BookingFault::BadStaffChat { .. } => (2, text(BookingField::StaffChat)),
    }
}

fn field_of(fault: &BookingFault) -> String {
    match fault {
        BookingFault::NoService | BookingFault::TooManyServices(_) => BookingForm::LINKS.to_owned(),
        BookingFault::DuplicateService(index) | BookingFault::BlankTitle(index) | BookingFault::TitleTooLong(index) => {
            service_field(*index, "title")
        }
        BookingFault::ServiceTextTooLong(index) => service_field(*index, "text"),
        BookingFault::TooLong(field) | BookingFault::FieldName(field, _) => field.name().to_owned(),
        BookingFault::SameField => BookingField::FirstNameField.name().to_owned(),
        BookingFault::UnknownCulture { .. } => BookingField::Culture.name().to_owned(),
        BookingFault::UnknownTimeZone { .. } => BookingField::TimeZone.name().to_owned(),
        BookingFault::BadStaffChat { .. } => BookingField::StaffChat.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1b5f03ed96001255550ebaa2c51b7d31";
    const B: &str = "1b5f03ec663a8071791d2443cf3e799c";

    fn form(pairs: &[(&str, &str)]) -> BookingForm {
        BookingForm::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn ids(form: &BookingForm) -> Vec<&str> {
        form.services.iter().map(|service| service.id.as_str()).collect()
    }

    #[test]
    fn stored_settings_survive_a_round_trip_through_the_form() {
        let mut bot = BookingBot { returns: false, ..BookingBot::default() };
        bot.services.push(Service::typed(ServiceId::parse(A).unwrap(), "Стрижка", "<b>60 минут</b>"));
        for (field, value) in [(BookingField::GreetingRu, "Привет"), (BookingField::TimeZone, "Asia/Omsk")] {
            bot.set(field, value).unwrap();
        }
        let form = BookingForm::of(&bot, Some(3), true);
        assert_eq!(form.settings(), (bot, Vec::new()));
        assert!(form.differences(&form, Language::Ru).is_empty());
    }

    #[test]
    fn links_are_added_once_and_stay_in_their_field_while_one_is_faulty() {
        let mut form =
            form(&[("service-0-id", A), ("service-0-title", "Стрижка"), ("links", &format!("{A}\nМаникюр {B}"))]);
        let (added, refused) = form.take_links();
        assert_eq!((added, refused.len(), form.links.as_str(), ids(&form)), (1, 0, "", vec![A, B]));
        assert_eq!(form.services[1].title, "Маникюр");
        form.links = format!("{B}\nhttps://example.com/x");
        let (added, refused) = form.take_links();
        assert_eq!((added, refused.len()), (0, 1));
        assert!(BookingForm::must_be_mended(&refused[0]) && form.links.contains("example.com"));
        form.services.clear();
        form.links = format!("{B} {B}");
        let (added, refused) = form.take_links();
        assert_eq!((added, refused.iter().any(BookingForm::must_be_mended), form.links.as_str()), (1, false, ""));
    }

    #[test]
    fn services_can_be_swapped_and_removed() {
        let mut form = form(&[("service-0-id", A), ("service-1-id", B), ("service-2-id", "x")]);
        assert_eq!(ids(&form), [A, B]);
        form.swap(1, 0);
        form.swap(1, 2);
        assert_eq!(ids(&form), [B, A]);
        form.remove(0);
        form.remove(7);
        assert_eq!(ids(&form), [A]);
    }

    #[test]
    fn faults_are_listed_at_their_fields_in_page_order() {
        let form = form(&[
            ("service-0-id", A),
            ("service-1-id", A),
            ("service-1-title", "x"),
            ("greeting_ru", &"x".repeat(5000)),
            ("field_name", "a_b"),
            ("culture", "fr"),
            ("time_zone", "Mars"),
            ("staff_chat", "+7 916"),
        ]);
        let faults = BookingForm::field_faults(Language::En, &form.settings().1);
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        let expected =
            ["service-0-title", "service-1-title", "greeting_ru", "field_name", "culture", "time_zone", "staff_chat"];
        assert_eq!(fields, expected);
        assert_eq!(BookingForm::field_faults(Language::Ru, &BookingForm::default().settings().1)[0].field, "links");
    }

    #[test]
    fn a_city_is_accepted_as_a_time_zone() {
        let form = form(&[("field_name", "*T"), ("time_zone", "екатеринбург")]);
        assert_eq!(form.settings().0.get(BookingField::TimeZone), "Asia/Yekaterinburg");
    }

    #[test]
    fn differences_name_the_field_and_the_other_value() {
        let stored = BookingForm::of(&BookingBot::default(), Some(2), false);
        let mut typed = stored.clone();
        typed.texts.insert(BookingField::HelpRu, "Звоните".into());
        typed.returns = false;
        typed.by_webhook = true;
        let w = BookingWords::of(Language::En);
        let expected = [(w.help_ru, String::new()), (w.returns, "yes".into()), (w.updates, w.polling.to_owned())];
        assert_eq!(typed.differences(&stored, Language::En), expected);
    }
}
