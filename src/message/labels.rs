//! The fixed labels of a message, and the defaults of the labels that an operator may set (contract §4, §5).

use crate::{event::BookingKind, values::Bilingual};

const fn words(ru: &'static str, en: &'static str) -> Bilingual {
    Bilingual { ru, en }
}

pub(super) const SERVICE: Bilingual = words("Услуга", "Service");
pub(super) const DATE: Bilingual = words("Дата", "Date");
pub(super) const TIME: Bilingual = words("Время", "Time");
pub(super) const START: Bilingual = words("Начало", "Start");
pub(super) const END: Bilingual = words("Окончание", "End");
pub(super) const DURATION: Bilingual = words("Длительность", "Duration");
pub(super) const ADDRESS: Bilingual = words("Адрес", "Address");
pub(super) const DESCRIPTION: Bilingual = words("Описание", "Description");
pub(super) const CONTACT: Bilingual = words("Контактная информация", "Contact information");
pub(super) const SERVICE_PAGE: Bilingual = words("Страница услуги", "Service page");

impl BookingKind {
    /// The default of `case_type_name`.
    #[must_use]
    pub fn case_type_name(self) -> Bilingual {
        match self {
            Self::Order => words("заказ", "order"),
            Self::Appointment => words("запись", "appointment"),
            Self::Event => words("участие в мероприятии", "event participation"),
        }
    }

    /// The default of `detail_section_name`, the heading of the details.
    #[must_use]
    pub fn detail_section_name(self) -> Bilingual {
        match self {
            Self::Order => words("Детали заказа", "Order details"),
            Self::Appointment => words("Детали записи", "Appointment details"),
            Self::Event => words("Детали мероприятия", "Event details"),
        }
    }

    /// The text of the link to the booking.
    #[must_use]
    pub fn link_text(self) -> Bilingual {
        match self {
            Self::Order => words("Открыть заказ", "Open order"),
            Self::Appointment => words("Открыть запись", "Open appointment"),
            Self::Event => words("Открыть мероприятие", "Open event"),
        }
    }
}
