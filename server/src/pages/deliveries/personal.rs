//! Customers' personal data: the recipient of a message, its text, and the event. Viewers see it if the settings allow
//! that.

use app::{
    error::AppError,
    views::{CustomerBookingView, CustomerView, DeliveryDetail, EventBody, EventDetail, LogPage, LogRow},
};
use hookgram::{
    message::Part,
    person::Person,
    role::{Account, Role},
    values::{Bilingual, Language},
};

use crate::state::AppState;

const HIDDEN: Bilingual = Bilingual {
    ru: "Текст скрыт: в нём могут быть данные клиента, а вашей роли они не видны.",
    en: "The text is hidden: it may contain customer data, which your role cannot see.",
};

/// Whether the account may see customers' personal data.
pub(crate) fn is_shown(state: &AppState, account: &Account) -> bool {
    account.role >= Role::Operator || state.settings.now().viewers_see_data
}

/// Refuses an account that may not see personal data.
///
/// # Errors
/// [`AppError::Forbidden`] if it may not.
pub(crate) fn ask(state: &AppState, account: &Account) -> Result<(), AppError> {
    if is_shown(state, account) { Ok(()) } else { Err(AppError::Forbidden) }
}

/// The last three characters of a chat: enough to distinguish chats, too few to find the person.
pub(crate) fn masked(chat: &str) -> String {
    let letters: Vec<char> = chat.chars().collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(3)).collect();
    format!("…{end}")
}

pub(crate) fn masked_name(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}…")).unwrap_or_default()
}

/// The text shown in place of a hidden message.
pub(crate) fn hidden(language: Language) -> String {
    HIDDEN.get(language).to_owned()
}

/// Removes personal data from a page of the log.
pub(crate) fn of_page(page: LogPage) -> LogPage {
    LogPage { rows: page.rows.into_iter().map(of_row).collect(), ..page }
}

/// Removes personal data from an event.
pub(crate) fn of_event(event: EventDetail, language: Language) -> EventDetail {
    EventDetail {
        row: of_row(event.row),
        body: EventBody::Hidden,
        deliveries: event.deliveries.into_iter().map(|delivery| of_delivery(delivery, language)).collect(),
        related: event.related.into_iter().map(of_row).collect(),
        ..event
    }
}

/// Removes personal data from a delivery.
pub(crate) fn of_delivery(delivery: DeliveryDetail, language: Language) -> DeliveryDetail {
    DeliveryDetail {
        row: of_row(delivery.row),
        parts: delivery.parts.iter().map(|_| Part::plain(&hidden(language))).collect(),
        ..delivery
    }
}

/// Removes personal data from a customer.
pub(crate) fn of_customer(customer: CustomerView) -> CustomerView {
    let booking =
        customer.booking.map(|booking| CustomerBookingView { service: None, number: None, link: None, ..booking });
    CustomerView {
        chat: masked(&customer.chat),
        name: masked_name(&customer.name),
        username: String::new(),
        booking,
        ..customer
    }
}

/// Removes personal data from a person.
pub(crate) fn of_person(person: Person) -> Person {
    Person { name: person.name.as_deref().map(masked_name), phone: None }
}

fn of_row(mut row: LogRow) -> LogRow {
    row.person = of_person(row.person);
    if let Some(delivery) = &mut row.delivery {
        delivery.chat = delivery.chat.as_deref().map(masked);
        delivery.customer = delivery.customer.as_deref().map(masked_name);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_chat_id_keeps_its_last_three_digits() {
        assert_eq!([masked("482113907"), masked("-100"), masked("5")], ["…907", "…100", "…5"]);
        assert_eq!([masked_name("Анна Королёва"), masked_name("")], ["А…", ""]);
    }
}
