//! The line numbers of profiles, bots and their settings in a file.

use std::collections::HashMap;

use super::{
    FileFault,
    yaml::{Content, Node},
};

/// The lines at which the entries of a file and their settings start.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The lines of the file's top-level keys, such as `profiles` and `bots`.
    top: HashMap<String, u64>,
    profiles: Vec<LinesOfEntry>,
    bots: Vec<LinesOfEntry>,
}

#[derive(Debug)]
struct LinesOfEntry {
    line: u64,
    settings: HashMap<String, u64>,
}

impl Lines {
    pub(super) fn of(file: &Node) -> Self {
        let Content::Map(entries) = &file.content else { return Self::default() };
        let list = |name: &str| {
            let list = entries.iter().find(|(key, _)| key == name).map(|(_, list)| &list.content);
            let Some(Content::List(list)) = list else { return Vec::new() };
            list.iter().map(|entry| LinesOfEntry { line: entry.line, settings: of_settings(entry) }).collect()
        };
        Self { top: of_settings(file), profiles: list("profiles"), bots: list("bots") }
    }

    /// Adds the line to faults that do not have one yet.
    pub(super) fn name(&self, faults: &mut [FileFault]) {
        for fault in faults {
            fault.line = fault.line.or_else(|| self.of_path(&fault.path));
        }
    }

    /// The line of the profile with this index.
    pub(super) fn of_entry(&self, index: usize) -> Option<u64> {
        self.profiles.get(index).map(|entry| entry.line)
    }

    /// The line of a path such as `profiles[2].events[0]`: that of the setting, or else of its entry.
    fn of_path(&self, path: &str) -> Option<u64> {
        let in_list = |list: &[LinesOfEntry], rest: &str| {
            let (index, rest) = rest.split_once(']')?;
            let entry = list.get(index.parse::<usize>().ok()?)?;
            let setting = rest.trim_start_matches('.').split(['[', '.']).next().unwrap_or_default();
            Some(entry.settings.get(setting).copied().unwrap_or(entry.line))
        };
        let in_profiles = path.strip_prefix("profiles[").and_then(|rest| in_list(&self.profiles, rest));
        let in_bots = || path.strip_prefix("bots[").and_then(|rest| in_list(&self.bots, rest));
        in_profiles.or_else(in_bots).or_else(|| self.top.get(path).copied())
    }
}

fn of_settings(entry: &Node) -> HashMap<String, u64> {
    let Content::Map(settings) = &entry.content else { return HashMap::new() };
    settings.iter().map(|(key, value)| (key.clone(), value.line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Lines {
        super::super::yaml::read(text).0.as_ref().map(Lines::of).unwrap_or_default()
    }

    #[test]
    fn the_line_of_each_setting_is_found() {
        let file = "profiles:\n  - name: A\n    sandbox: true\n  - name: B\n\n    events:\n      - Nonsense\nbots:\n- id: 7\n  booking:\n    on: 1\nextra: 1\n";
        let lines = of(file);
        assert_eq!((lines.of_entry(0), lines.of_entry(1), lines.of_entry(2)), (Some(2), Some(4), None));
        for (path, line) in [
            ("profiles[0].sandbox", Some(3)),
            ("profiles[1].events[0]", Some(7)),
            ("profiles[1].telegramFieldName", Some(4)),
            ("profiles[9].name", None),
            ("bots[0].id", Some(9)),
            ("bots[0].booking.on", Some(11)),
            ("bots[0].token", Some(9)),
            ("extra", Some(12)),
            ("other", None),
        ] {
            assert_eq!(lines.of_path(path), line, "{path}");
        }
        assert_eq!(of("profiles:\n- 7\n- name: A\n").of_path("profiles[1].name"), Some(3));
        assert_eq!(of("{").of_entry(0), None);
    }
}
