//! The line numbers of profiles and their settings in a file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::{FileFault, reading::parse};

/// The lines at which the profiles of a file and their settings begin.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<LinesOfEntry>);

#[derive(Debug)]
struct LinesOfEntry {
    line: u64,
    settings: Vec<(String, u64)>,
}

#[derive(Deserialize)]
struct EntryLines {
    profiles: Vec<Spanned<Value>>,
}

#[derive(Deserialize)]
struct SettingLines {
    profiles: Vec<Spanned<BTreeMap<String, Spanned<Value>>>>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        if let Ok(file) = parse::<SettingLines>(text) {
            let settings = |entry: BTreeMap<String, Spanned<Value>>| {
                entry.into_iter().map(|(key, value)| (key, value.referenced.line())).collect()
            };
            let of_entry = |entry: Spanned<BTreeMap<_, _>>| LinesOfEntry {
                line: entry.referenced.line(),
                settings: settings(entry.value),
            };
            return Self(file.profiles.into_iter().map(of_entry).collect());
        }
        let entries = parse::<EntryLines>(text).map(|file| file.profiles).unwrap_or_default();
        let of_entry = |entry: Spanned<Value>| LinesOfEntry { line: entry.referenced.line(), settings: Vec::new() };
        Self(entries.into_iter().map(of_entry).collect())
    }

    /// Adds the line to faults that do not have one yet.
    pub(super) fn name(&self, faults: &mut [FileFault]) {
        for fault in faults {
            fault.line = fault.line.or_else(|| self.of_fault(fault));
        }
    }

    pub(super) fn of_entry(&self, index: usize) -> Option<u64> {
        self.0.get(index).map(|entry| entry.line).filter(|line| *line > 0)
    }

    /// The line of a path such as `profiles[2].events[0]`: that of the setting, or else of its profile.
    fn of_fault(&self, fault: &FileFault) -> Option<u64> {
        let (index, rest) = fault.place()?;
        let setting = rest.trim_start_matches('.').split('[').next().unwrap_or_default();
        let line = self.0.get(index).and_then(|entry| {
            let found = entry.settings.iter().find(|(key, _)| key == setting);
            found.map(|(_, line)| *line).filter(|line| *line > 0)
        });
        line.or_else(|| self.of_entry(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_where_the_settings_stand() {
        let file = "profiles:\n  - name: A\n    sandbox: true\n  - name: B\n\n    events:\n      - Nonsense\n";
        let lines = Lines::of(file);
        assert_eq!((lines.of_entry(0), lines.of_entry(1), lines.of_entry(2)), (Some(2), Some(4), None));
        let at = |lines: &Lines, path| lines.of_fault(&super::super::fault(path, ""));
        assert_eq!(at(&lines, "profiles[0].sandbox"), Some(3));
        assert_eq!(at(&lines, "profiles[1].events[0]"), Some(7));
        assert_eq!(at(&lines, "profiles[1].telegramFieldName"), Some(4), "what is missing: at its profile");
        assert_eq!(at(&lines, "extra"), None);
        assert_eq!(at(&Lines::of("profiles:\n- 7\n- name: A\n"), "profiles[1].name"), Some(3));
        assert_eq!(Lines::of("{").of_entry(0), None);
    }
}
