use chrono::{NaiveDate, TimeZone as _, Utc};

use super::*;

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day).and_then(|date| date.and_hms_opt(hour, minute, 59)).expect("a moment")
}

#[test]
fn dates_are_formatted_in_every_month() {
    let expected = [
        ("понедельник, 1 января 2024 г.", "Monday, January 1, 2024"),
        ("пятница, 2 февраля 2024 г.", "Friday, February 2, 2024"),
        ("воскресенье, 3 марта 2024 г.", "Sunday, March 3, 2024"),
        ("четверг, 4 апреля 2024 г.", "Thursday, April 4, 2024"),
        ("воскресенье, 5 мая 2024 г.", "Sunday, May 5, 2024"),
        ("четверг, 6 июня 2024 г.", "Thursday, June 6, 2024"),
        ("воскресенье, 7 июля 2024 г.", "Sunday, July 7, 2024"),
        ("четверг, 8 августа 2024 г.", "Thursday, August 8, 2024"),
        ("понедельник, 9 сентября 2024 г.", "Monday, September 9, 2024"),
        ("четверг, 10 октября 2024 г.", "Thursday, October 10, 2024"),
        ("понедельник, 11 ноября 2024 г.", "Monday, November 11, 2024"),
        ("четверг, 12 декабря 2024 г.", "Thursday, December 12, 2024"),
    ];
    for (month, (ru, en)) in (1..).zip(expected) {
        let day = at(2024, month, month, 0, 0);
        assert_eq!(date(Locale::Ru, day), ru);
        assert_eq!(date(Locale::En, day), en);
    }
    assert_eq!(date(Locale::Ru, at(2024, 5, 8, 0, 0)), "среда, 8 мая 2024 г.");
    assert_eq!(date(Locale::Ru, at(2024, 5, 7, 0, 0)), "вторник, 7 мая 2024 г.");
    assert_eq!(date(Locale::Ru, at(2024, 5, 11, 0, 0)), "суббота, 11 мая 2024 г.");
}

#[test]
fn times_and_ranges_are_formatted_per_locale() {
    for (hour, minute, ru, en) in [
        (0, 0, "00:00", "12:00 AM"),
        (9, 5, "09:05", "9:05 AM"),
        (12, 0, "12:00", "12:00 PM"),
        (23, 59, "23:59", "11:59 PM"),
    ] {
        let moment = at(2024, 5, 8, hour, minute);
        assert_eq!(time(Locale::Ru, moment), ru);
        assert_eq!(time(Locale::En, moment), en);
    }
    let (start, end) = (at(2024, 5, 8, 11, 15), at(2024, 5, 8, 13, 0));
    assert_eq!(time_range(Locale::Ru, start, end), "11:15–13:00");
    assert_eq!(time_range(Locale::En, start, end), "11:15 AM – 1:00 PM");
}

#[test]
fn zone_names_are_formatted_per_locale() {
    let winter = Utc.with_ymd_and_hms(2024, 1, 15, 12, 0, 0).single().expect("a moment");
    let summer = Utc.with_ymd_and_hms(2024, 7, 15, 12, 0, 0).single().expect("a moment");
    for (zone, moment, name) in [
        ("Asia/Yekaterinburg", winter, "GMT+5"),
        ("Asia/Kolkata", winter, "GMT+5:30"),
        ("Europe/London", winter, "GMT"),
        ("Europe/London", summer, "GMT+1"),
        ("America/St_Johns", winter, "GMT-3:30"),
        ("America/New_York", summer, "GMT-4"),
        ("UTC", summer, "GMT"),
    ] {
        let zone = TimeZone::parse(zone).expect("a zone");
        assert_eq!(zone_name(Locale::Ru, zone, &moment.with_timezone(&zone.offset_at(moment))), name);
    }
    let moscow = TimeZone::default();
    assert_eq!(zone_name(Locale::Ru, moscow, &winter.with_timezone(&moscow.offset_at(winter))), "Мск");
    assert_eq!(zone_name(Locale::En, moscow, &winter.with_timezone(&moscow.offset_at(winter))), "MSK");
}

#[test]
fn durations_have_the_right_plural_forms() {
    for (minutes, ru, en) in [
        (1, "1 минута", "1 minute"),
        (2, "2 минуты", "2 minutes"),
        (5, "5 минут", "5 minutes"),
        (11, "11 минут", "11 minutes"),
        (15, "15 минут", "15 minutes"),
        (21, "21 минута", "21 minutes"),
        (60, "1 час", "1 hour"),
        (81, "1 час 21 минута", "1 hour 21 minutes"),
        (24 * 60, "1 день", "1 day"),
        (26 * 60, "1 день 2 часа", "1 day 2 hours"),
        (11 * 24 * 60 + 23, "11 дней 23 минуты", "11 days 23 minutes"),
        (112 * 24 * 60, "112 дней", "112 days"),
        (122 * 24 * 60 + 21 * 60 + 1, "122 дня 21 час 1 минута", "122 days 21 hours 1 minute"),
    ] {
        assert_eq!(duration(Locale::Ru, TimeDelta::minutes(minutes)).as_deref(), Some(ru));
        assert_eq!(duration(Locale::En, TimeDelta::minutes(minutes)).as_deref(), Some(en));
    }
    assert_eq!(duration(Locale::Ru, TimeDelta::seconds(119)).as_deref(), Some("1 минута"));
    assert_eq!(duration(Locale::Ru, TimeDelta::seconds(59)), None);
    assert_eq!(duration(Locale::Ru, TimeDelta::minutes(-5)), None);
}
