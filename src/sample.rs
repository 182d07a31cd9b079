//! Sample booking events for trying a profile. All data in them is fictitious. Their dates are in the week after the
//! current one, so that they always look like upcoming bookings.

use chrono::{DateTime, Datelike as _, Days};
use serde::{Deserialize, Serialize};

use crate::{Millis, values::Bilingual};

/// A sample event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sample {
    /// An appointment: a date, one resource.
    Appointment,
    /// An order: no date, resources with amounts and prices.
    Order,
    /// A group event: several places at one time.
    Group,
    /// An event with every field that a message can show, most of them long.
    Everything,
    /// Only a recipient.
    Bare,
}

impl Sample {
    /// Every sample.
    pub const ALL: [Self; 5] = [Self::Appointment, Self::Order, Self::Group, Self::Everything, Self::Bare];

    /// The recipient's chat in all samples.
    pub const CHAT: &'static str = "100200300";

    /// The name shown to users.
    #[must_use]
    pub fn title(self) -> Bilingual {
        match self {
            Self::Appointment => Bilingual { ru: "Запись", en: "Appointment" },
            Self::Order => Bilingual { ru: "Заказ", en: "Order" },
            Self::Group => Bilingual { ru: "Групповое занятие", en: "Group event" },
            Self::Everything => Bilingual { ru: "Заполнено всё", en: "Everything filled in" },
            Self::Bare => Bilingual { ru: "Самый минимум", en: "Bare minimum" },
        }
    }

    /// The event as the booking service would send it. The participant's field `*TelegramId` contains [`Self::CHAT`].
    /// The booking is in the week after `now`.
    #[must_use]
    pub fn json(self, now: Millis) -> String {
        let text = match self {
            Self::Appointment => include_str!("sample/appointment.json"),
            Self::Order => include_str!("sample/order.json"),
            Self::Group => include_str!("sample/group.json"),
            Self::Everything => include_str!("sample/everything.json"),
            Self::Bare => include_str!("sample/bare.json"),
        };
        dated(text, now)
    }

    /// A minimal event on one line, to post by hand. The booking is in the week after `now`.
    #[must_use]
    pub fn minimal_json(now: Millis) -> String {
        dated(include_str!("sample/minimal.json").trim_ascii_end(), now)
    }
}

/// The placeholders for days in the samples, with their offset from Monday.
const DAYS: [(&str, u64); 3] = [("{Wed}", 2), ("{Thu}", 3), ("{Sat}", 5)];

/// Replaces the placeholders by dates in the week after `now`. Weeks and days are those of UTC.
fn dated(text: &str, now: Millis) -> String {
    let today = DateTime::from_timestamp_millis(now).unwrap_or_default().date_naive();
    let to_monday = 7_u64.saturating_sub(u64::from(today.weekday().num_days_from_monday()));
    let mut dated = text.to_owned();
    for (name, day) in DAYS {
        let date = today.checked_add_days(Days::new(to_monday.saturating_add(day))).unwrap_or(today);
        dated = dated.replace(name, &date.to_string());
    }
    dated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::BookingEvent;

    #[test]
    fn samples_are_always_booked_for_the_next_week() {
        for (now, start) in [
            ("2026-09-07T00:00:00Z", "2026-09-17T11:00:00Z"),
            ("2026-09-13T23:59:59Z", "2026-09-17T11:00:00Z"),
            ("2026-09-14T00:00:00Z", "2026-09-24T11:00:00Z"),
            ("2026-12-30T12:00:00Z", "2027-01-07T11:00:00Z"),
            ("2028-02-22T12:00:00Z", "2028-03-02T11:00:00Z"),
        ] {
            let [now, start] = [now, start].map(|text| text.parse::<DateTime<chrono::Utc>>().unwrap());
            let read = |json: String| BookingEvent::read(json.as_bytes()).unwrap().case;
            assert_eq!(read(Sample::Appointment.json(now.timestamp_millis())).start, Some(start), "{now}");
            for sample in Sample::ALL.map(|sample| sample.json(now.timestamp_millis())) {
                assert!(!sample.contains("{Wed}") && !sample.contains("{Thu}") && !sample.contains("{Sat}"));
                let case = read(sample);
                assert!(case.start.is_none_or(|start| start > now) && case.end >= case.start);
            }
            assert!(read(Sample::minimal_json(now.timestamp_millis())).start.is_some_and(|start| start > now));
        }
        for edge in [Millis::MIN, Millis::MAX, DateTime::<chrono::Utc>::MAX_UTC.timestamp_millis()] {
            assert!(!Sample::Appointment.json(edge).contains("{Thu}"));
        }
    }
}
