//! Finds time zones by city, written in Latin or in Russian.

use super::TimeZone;
use crate::values::Language;

/// One line per zone, in the order of the menu: the zone's name, then the cities that Russian-speaking users search
/// for. The first city is the label of the zone.
const CITIES: &str = include_str!("cities.txt");

fn main_zones() -> impl Iterator<Item = (&'static str, &'static str)> {
    CITIES.lines().filter_map(|line| line.split_once(' '))
}

impl TimeZone {
    /// The zones that most users need, in the order of the menu.
    pub fn main() -> impl Iterator<Item = Self> {
        main_zones().map(|(name, _)| Self(name))
    }

    /// The city that labels the zone. `None` if its name contains no city, or if no Russian name is known.
    #[must_use]
    pub fn city(self, language: Language) -> Option<String> {
        match language {
            Language::Ru => {
                let (_, cities) = main_zones().find(|(name, _)| *name == self.0)?;
                cities.split(", ").next().map(str::to_owned)
            }
            Language::En => {
                let (region, city) = self.0.split_once('/').filter(|(region, _)| *region != "Etc")?;
                let city = city.rsplit('/').next().filter(|_| region != "US")?;
                Some(city.replace('_', " "))
            }
        }
    }

    /// The zone's Russian city that begins with the text.
    #[must_use]
    pub fn city_like(self, text: &str) -> Option<&'static str> {
        let wanted = plain(text);
        let (_, cities) = main_zones().find(|(name, _)| *name == self.0)?;
        cities.split(", ").find(|city| plain(city).starts_with(&wanted))
    }

    /// The zone with this IANA name or city, in any case.
    #[must_use]
    pub fn of_place(text: &str) -> Option<Self> {
        let wanted = plain(text);
        if wanted.is_empty() {
            return None;
        }
        let is_city = |cities: &str| cities.split(", ").any(|city| plain(city) == wanted);
        Self::parse(text)
            .or_else(|| main_zones().find(|(_, cities)| is_city(cities)).map(|(name, _)| Self(name)))
            .or_else(|| Self::all().find(|zone| zone.city(Language::En).is_some_and(|city| plain(&city) == wanted)))
    }

    /// At most `most` zones whose name or city has a word that begins with the text. Zones whose city begins with the
    /// text are listed first. A blank text returns the main zones.
    #[must_use]
    pub fn search(text: &str, most: usize) -> Vec<Self> {
        // The name `Etc/GMT+3` means the opposite offset, so a search by name would find the wrong zone.
        if Self::parse(text).is_none()
            && let Some(zone) = Self::of_offset(text)
        {
            return vec![zone];
        }
        let wanted = plain(text);
        let (mut first, mut others) = (Vec::new(), Vec::new());
        let mut note = |zone: Self, names: &[&str]| {
            if first.contains(&zone) || others.contains(&zone) {
                return;
            }
            let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
            if names.iter().any(|name| name.starts_with(&wanted)) {
                first.push(zone);
            } else if names.iter().any(|name| name.contains(&format!(" {wanted}"))) {
                others.push(zone);
            }
        };
        for (name, cities) in main_zones() {
            let mut names: Vec<&str> = cities.split(", ").collect();
            names.extend([name, name.rsplit('/').next().unwrap_or(name)]);
            note(Self(name), &names);
        }
        if !wanted.is_empty() {
            for zone in Self::all() {
                note(zone, &[zone.name(), zone.name().rsplit('/').next().unwrap_or_default()]);
            }
        }
        first.append(&mut others);
        first.truncate(most);
        first
    }
}

/// The form for comparison: lower case, `ё` as `е`, words separated by single spaces.
fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    text.chars()
        .map(|c| match c {
            'ё' => 'е',
            '_' | '-' | '/' => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        TimeZone::search(text, 5).into_iter().map(TimeZone::name).collect()
    }

    #[test]
    fn every_line_contains_a_known_zone() {
        for (name, cities) in main_zones() {
            assert_eq!(TimeZone::parse(name).map(TimeZone::name), Some(name));
            assert!(cities.split(", ").all(|city| city.starts_with(char::is_uppercase)), "{cities}");
        }
    }

    #[test]
    fn a_city_finds_its_zone_in_either_script() {
        for (text, zone) in [
            ("екат", "Asia/Yekaterinburg"),
            ("Челяб", "Asia/Yekaterinburg"),
            ("yekat", "Asia/Yekaterinburg"),
            ("asia/yek", "Asia/Yekaterinburg"),
            ("питер", ""),
            ("петербург", "Europe/Moscow"),
            ("Кишинев", "Europe/Chisinau"),
            ("new y", "America/New_York"),
            ("york", "America/New_York"),
            ("buenos aires", "America/Argentina/Buenos_Aires"),
            ("тель", "Asia/Jerusalem"),
        ] {
            assert_eq!(found(text).first().copied().unwrap_or_default(), zone, "{text}");
        }
        assert_eq!(found("GMT+3"), ["Etc/GMT-3"]);
        assert_eq!(found("МСК+2"), ["Etc/GMT-5"]);
        assert_eq!(found("Etc/GMT+3").first(), Some(&"Etc/GMT+3"));
        assert_eq!(found("").first(), Some(&"Europe/Moscow"));
        assert_eq!(found("ов"), <[&str; 0]>::default(), "words are found by how they begin");
        assert_eq!(TimeZone::search("europe", 100).len(), TimeZone::search("Europe/", 100).len());
    }

    #[test]
    fn a_place_is_found_by_zone_name_or_city() {
        for (text, zone) in [
            ("asia/omsk", Some("Asia/Omsk")),
            (" Омск ", Some("Asia/Omsk")),
            ("уфа", Some("Asia/Yekaterinburg")),
            ("New York", Some("America/New_York")),
            ("tokyo", Some("Asia/Tokyo")),
            ("Атлантида", None),
            ("", None),
        ] {
            assert_eq!(TimeZone::of_place(text).map(TimeZone::name), zone, "{text}");
        }
    }

    #[test]
    fn zones_are_labelled_with_their_city() {
        let city = |name: &str, language| TimeZone::parse(name).and_then(|zone| zone.city(language));
        assert_eq!(city("Asia/Yekaterinburg", Language::Ru).as_deref(), Some("Екатеринбург"));
        assert_eq!(city("Asia/Yekaterinburg", Language::En).as_deref(), Some("Yekaterinburg"));
        assert_eq!(city("America/New_York", Language::En).as_deref(), Some("New York"));
        assert_eq!(city("Asia/Tokyo", Language::Ru), None);
        assert_eq!(TimeZone::of_place("Уфа").and_then(|zone| zone.city_like("челяб")), Some("Челябинск"));
        for name in ["Etc/GMT+5", "UTC", "US/Pacific"] {
            assert_eq!(city(name, Language::En), None, "{name}");
        }
    }
}
