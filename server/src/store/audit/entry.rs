//! Entries of the audit log: the person, the action, the time and the address, and the values before and after. An
//! entry is recorded in the commit of its change.

use std::net::IpAddr;

use hookgram::{
    audit::{AuditAction, AuditObject},
    channel::ChannelKind,
    event::EventType,
    profile::{EditedProfile, Profile},
    query,
    secret::redact,
};
use percent_encoding::percent_decode_str;

/// The maximum number of characters that are stored of a value.
const LONGEST: usize = 1_000;

/// The actor of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The e-mail address of the account; empty for the command line.
    pub who: String,
    /// The network address, or `None` for this machine.
    pub address: Option<String>,
}

impl By {
    /// A person at a network address, with the e-mail address that they entered.
    #[must_use]
    pub fn person(email: &str, address: IpAddr) -> Self {
        Self { who: cut(email, 200), address: Some(address.to_string()) }
    }
}

/// The command line.
pub static COMMAND_LINE: By = By { who: String::new(), address: None };

/// A changed value. It never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of the changed parameter, setting or property.
    pub what: String,
    /// The old value; empty if there was none.
    pub from: String,
    /// The new value; empty if there is none.
    pub to: String,
}

impl Change {
    /// Creates a change. Everything that looks like a token is masked.
    #[must_use]
    pub fn new(what: &str, from: impl AsRef<str>, to: impl AsRef<str>) -> Self {
        let text = |text: &str| cut(&redact(text), LONGEST);
        Self { what: what.to_owned(), from: text(from.as_ref()), to: text(to.as_ref()) }
    }
}

/// A new entry. Only the store creates and records entries.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The actor.
    pub by: &'a By,
    /// The action.
    pub action: AuditAction,
    /// The name of the object at that time.
    pub object: String,
    /// The object's id, if it has one.
    pub id: Option<i64>,
    /// The changed values.
    pub changes: Vec<Change>,
}

impl<'a> Entry<'a> {
    /// Creates an entry without an object.
    #[must_use]
    pub fn new(by: &'a By, action: AuditAction) -> Self {
        Self { by, action, object: String::new(), id: None, changes: Vec::new() }
    }

    /// Sets the object.
    #[must_use]
    pub fn to(self, object: &str, id: impl Into<Option<i64>>) -> Self {
        Self { object: cut(&redact(object), 200), id: id.into(), ..self }
    }

    /// Sets the changed values.
    #[must_use]
    pub fn with(self, changes: Vec<Change>) -> Self {
        Self { changes, ..self }
    }
}

/// A recorded entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// The entry's id.
    pub id: i64,
    /// When the entry was recorded, in milliseconds.
    pub at: i64,
    /// The actor.
    pub by: By,
    /// The action, or `None` if a later version has recorded an action that this one does not have.
    pub action: Option<AuditAction>,
    /// The kind of the object.
    pub kind: Option<AuditObject>,
    /// The name of the object at that time.
    pub object: String,
    /// The object's id.
    pub object_id: Option<i64>,
    /// The changed values.
    pub changes: Vec<Change>,
}

/// The differences between two states of a profile, except for its bot. For a new profile, its values.
#[must_use]
pub fn profile_changes(before: Option<&EditedProfile>, after: &EditedProfile) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |what: &str, from: Option<String>, to: String| {
        let from = from.unwrap_or_default();
        if from != to {
            changes.push(Change::new(what, from, to));
        }
    };
    let was_enabled = before.and_then(|before| before.enabled);
    let is_enabled = after.enabled.or(was_enabled).unwrap_or(true);
    let is_sandbox = |profile: &EditedProfile| (profile.channel == ChannelKind::Sandbox).to_string();
    note("name", before.map(|before| before.name.clone()), after.name.clone());
    note("enabled", was_enabled.map(|was| was.to_string()), is_enabled.to_string());
    note("sandbox", before.map(is_sandbox), is_sandbox(after));
    note("events", before.map(|before| numbers(&before.events)), numbers(&after.events));
    let old = before.map(|before| &before.profile);
    let (old, new) = (old.map(parameters).unwrap_or_default(), parameters(&after.profile));
    let value = |list: &[(String, String)], name: &str| {
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut names: Vec<&String> = old.iter().chain(&new).map(|(name, _)| name).collect();
    names.dedup();
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
            note(name, Some(value(&old, name)), value(&new, name));
        }
    }
    changes
}

/// The parameters that differ from their defaults, in the table's order, without the token.
fn parameters(profile: &Profile) -> Vec<(String, String)> {
    let text = query::write(profile);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let plain = |encoded: &str| percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    pairs.map(|(name, value)| (name.to_owned(), plain(value))).collect()
}

fn numbers(events: &[EventType]) -> String {
    events.iter().map(|event| event.0.to_string()).collect::<Vec<_>>().join(", ")
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hookgram::parameters::Parameter;

    use super::*;

    const TOKEN: &str = "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";

    fn state(name: &str, profile: Profile) -> EditedProfile {
        let (name, enabled, channel) = (name.to_owned(), Some(true), ChannelKind::Telegram);
        EditedProfile { name, enabled, channel, bare_ids: None, bot: None, events: Vec::new(), profile, key: None }
    }

    #[test]
    fn a_change_of_a_profile_is_recorded_parameter_by_parameter() {
        let mut old = Profile::default();
        old.set(Parameter::Message, "Записано").unwrap();
        old.set(Parameter::HideUrl, "true").unwrap();
        let mut new = Profile::default();
        new.set(Parameter::Message, &format!("Готово {TOKEN}")).unwrap();
        let changes = profile_changes(Some(&state("A", old)), &state("B", new));
        let told: Vec<(&str, &str, &str)> =
            changes.iter().map(|change| (change.what.as_str(), change.from.as_str(), change.to.as_str())).collect();
        let masked = hookgram::secret::redact(TOKEN);
        assert_eq!(told[0], ("name", "A", "B"));
        assert_eq!(told[1], ("message", "Записано", format!("Готово {masked}").as_str()));
        assert_eq!(told[2], ("hide_url", "true", ""));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(!format!("{changes:?}").contains("pQ_r"), "{changes:?}");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("ёжик", 2), "ёж…");
        assert_eq!(cut("ёж", 2), "ёж");
    }
}
