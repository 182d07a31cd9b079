//! Booking events to try a profile with; everything in them is made up.

use crate::values::Bilingual;

/// A sample event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// An appointment: a date, one resource.
    Appointment,
    /// An order: no date, resources with amounts and prices.
    Order,
}

impl Sample {
    /// Every sample.
    pub const ALL: [Self; 2] = [Self::Appointment, Self::Order];

    /// What a person calls it.
    #[must_use]
    pub fn title(self) -> Bilingual {
        match self {
            Self::Appointment => Bilingual { ru: "Запись", en: "Appointment" },
            Self::Order => Bilingual { ru: "Заказ", en: "Order" },
        }
    }

    /// The event as the booking service would send it. The participant's `*TelegramId` holds 100200300.
    #[must_use]
    pub fn json(self) -> &'static str {
        match self {
            Self::Appointment => include_str!("sample/appointment.json"),
            Self::Order => include_str!("sample/order.json"),
        }
    }

    /// The smallest event worth posting by hand: one line of JSON.
    #[must_use]
    pub fn minimal_json() -> &'static str {
        include_str!("sample/minimal.json").trim_ascii_end()
    }
}
