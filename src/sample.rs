//! Sample booking events to try a profile with. All data in them is made up.

use serde::{Deserialize, Serialize};

use crate::values::Bilingual;

/// A sample event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sample {
    /// An appointment: a date, one resource.
    Appointment,
    /// An order: no date, resources with amounts and prices.
    Order,
    /// A group event: several places at one time.
    Group,
    /// Everything that a message can show, most of it long.
    Everything,
    /// Only a recipient.
    Bare,
}

impl Sample {
    /// Every sample.
    pub const ALL: [Self; 5] = [Self::Appointment, Self::Order, Self::Group, Self::Everything, Self::Bare];

    /// The recipient's chat in every sample.
    pub const CHAT: &'static str = "100200300";

    /// The name for people.
    #[must_use]
    pub fn title(self) -> Bilingual {
        match self {
            Self::Appointment => Bilingual { ru: "Запись", en: "Appointment" },
            Self::Order => Bilingual { ru: "Заказ", en: "Order" },
            Self::Group => Bilingual { ru: "Групповое занятие", en: "Group event" },
            Self::Everything => Bilingual { ru: "Заполнено всё", en: "Everything filled in" },
            Self::Bare => Bilingual { ru: "Почти ничего", en: "Nearly nothing" },
        }
    }

    /// The event as the booking service would send it. The field `*TelegramId` of the participant contains
    /// [`Self::CHAT`].
    #[must_use]
    pub fn json(self) -> &'static str {
        match self {
            Self::Appointment => include_str!("sample/appointment.json"),
            Self::Order => include_str!("sample/order.json"),
            Self::Group => include_str!("sample/group.json"),
            Self::Everything => include_str!("sample/everything.json"),
            Self::Bare => include_str!("sample/bare.json"),
        }
    }

    /// A minimal event to post by hand, on one line.
    #[must_use]
    pub fn minimal_json() -> &'static str {
        include_str!("sample/minimal.json").trim_ascii_end()
    }
}
