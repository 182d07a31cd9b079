//! The file that `profile import` reads and `profile export` writes (contract §6): YAML, or JSON, which is YAML too.

use std::{collections::BTreeMap, fmt};

use app::words::checks;
use hookgram::{
    check::Fault,
    event::EventType,
    parameters::Parameter,
    profile::Profile,
    secret::redact,
    spelling,
    values::{Bilingual, Language},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use crate::{
    audit::{By, COMMAND_LINE},
    codes,
    store::{ProfileDraft, Store, StoreError, StoredProfile},
};

/// A fault, with the place it stands at: `profiles[2].timezone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// Where.
    pub path: String,
    /// The line that it stands at, as far as that is known.
    pub line: Option<u64>,
    /// What is wrong and how to mend it.
    pub sentence: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.sentence) } else { write!(f, "{}: {}", self.path, self.sentence) }
    }
}

/// Why a file was not imported. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is at fault; every fault at once.
    #[error("the file has {} fault(s)", .0.len())]
    Faults(Vec<FileFault>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a file would do.
#[derive(Debug)]
pub struct Plan {
    /// Its profiles as far as they could be read, in its order.
    pub entries: Vec<Entry>,
    /// Every fault; with one, nothing is done.
    pub faults: Vec<FileFault>,
}

/// A profile of a file.
#[derive(Debug)]
pub struct Entry {
    /// What it would be.
    pub draft: ProfileDraft,
    /// The profile of its name that it would replace.
    pub replaces: Option<StoredProfile>,
    /// Where it stands in the file's list.
    index: usize,
    /// The line that it begins at, as far as that is known.
    pub line: Option<u64>,
}

impl Entry {
    /// The faults that are about it.
    pub fn faults<'a>(&'a self, all: &'a [FileFault]) -> impl Iterator<Item = &'a FileFault> {
        let own = format!("profiles[{}]", self.index);
        all.iter()
            .filter(move |fault| fault.path.strip_prefix(&own).is_some_and(|rest| !rest.starts_with(char::is_numeric)))
    }
}

/// What a file would do, with its faults in this language.
///
/// # Errors
/// If the database fails.
pub async fn plan(store: &Store, text: &str, language: Language) -> Result<Plan, StoreError> {
    let Reading { drafts, mut faults, lines } = read(text, language);
    let mut entries = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts {
        let replaces = store.profile_by_name(&draft.name).await?;
        let stored_token = replaces.as_ref().is_some_and(|stored| stored.profile.token.is_some());
        if !draft.sandbox && draft.profile.token.is_none() && !stored_token {
            let path = format!("profiles[{index}].telegramToken");
            faults.push(parameter_fault(path, language, &Fault::Missing(Parameter::TelegramToken)));
        }
        if let Some(key) = &draft.key
            && let Some(other) = store.profile_by_key(key).await?
            && replaces.as_ref().is_none_or(|own| own.id != other.id)
        {
            faults.push(key_taken(index, language));
        }
        entries.push(Entry { draft, replaces, index, line: lines.of_entry(index) });
    }
    lines.name(&mut faults);
    faults.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Plan { entries, faults })
}

fn key_taken(index: usize, language: Language) -> FileFault {
    let sentence = Bilingual {
        ru: "этот ключ принадлежит другому профилю; уберите его, и будет создан новый",
        en: "this key belongs to another profile; leave it out and a new one is made",
    };
    fault(&format!("profiles[{index}].key"), sentence.get(language))
}

/// Stores every profile of a file, or none; answers with their names and webhook keys, in the file's order. The faults
/// are in English.
///
/// # Errors
/// Every fault of the file, or the store's failure.
pub async fn import(store: &Store, text: &str) -> Result<Vec<(String, String)>, ImportError> {
    let plan = plan(store, text, Language::En).await?;
    carry_out(store, plan, Language::En, &COMMAND_LINE).await
}

/// Does what a plan says, or nothing of it; answers with the profiles' names and webhook keys.
///
/// # Errors
/// The plan's faults, or the store's failure.
pub async fn carry_out(
    store: &Store,
    plan: Plan,
    language: Language,
    by: &By,
) -> Result<Vec<(String, String)>, ImportError> {
    if !plan.faults.is_empty() {
        return Err(ImportError::Faults(plan.faults));
    }
    let (indices, drafts): (Vec<usize>, Vec<ProfileDraft>) =
        plan.entries.into_iter().map(|entry| (entry.index, entry.draft)).unzip();
    match store.put_profiles(&drafts, by).await {
        Ok(done) => Ok(done),
        Err((at, StoreError::KeyTaken)) => {
            let index = indices.get(at).copied().unwrap_or(at);
            Err(ImportError::Faults(vec![key_taken(index, language)]))
        }
        Err((_, error)) => Err(error.into()),
    }
}

/// The lines at which a file's profiles and their settings stand.
#[derive(Debug, Default)]
struct Lines(Vec<LinesOfEntry>);

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
    fn of(text: &str) -> Self {
        if let Ok(file) = serde_saphyr::from_str::<SettingLines>(text) {
            let settings = |entry: BTreeMap<String, Spanned<Value>>| {
                entry.into_iter().map(|(key, value)| (key, value.referenced.line())).collect()
            };
            let of_entry = |entry: Spanned<BTreeMap<_, _>>| LinesOfEntry {
                line: entry.referenced.line(),
                settings: settings(entry.value),
            };
            return Self(file.profiles.into_iter().map(of_entry).collect());
        }
        let entries = serde_saphyr::from_str::<EntryLines>(text).map(|file| file.profiles).unwrap_or_default();
        let of_entry = |entry: Spanned<Value>| LinesOfEntry { line: entry.referenced.line(), settings: Vec::new() };
        Self(entries.into_iter().map(of_entry).collect())
    }

    /// Says where faults stand that do not know it yet.
    fn name(&self, faults: &mut [FileFault]) {
        for fault in faults {
            fault.line = fault.line.or_else(|| self.of_path(&fault.path));
        }
    }

    fn of_entry(&self, index: usize) -> Option<u64> {
        self.0.get(index).map(|entry| entry.line).filter(|line| *line > 0)
    }

    /// The line of `profiles[2].events[0]`: that of the setting, else of its profile.
    fn of_path(&self, path: &str) -> Option<u64> {
        let (index, rest) = path.strip_prefix("profiles[")?.split_once(']')?;
        let index: usize = index.parse().ok()?;
        let setting = rest.trim_start_matches('.').split('[').next().unwrap_or_default();
        let line = self.0.get(index).and_then(|entry| {
            let found = entry.settings.iter().find(|(key, _)| key == setting);
            found.map(|(_, line)| *line).filter(|line| *line > 0)
        });
        line.or_else(|| self.of_entry(index))
    }
}

/// Profiles as a file; tokens and keys only where they are asked for.
///
/// # Errors
/// Does not happen with what is stored: texts, flags and lists.
pub fn export(profiles: &[StoredProfile], with_secrets: bool) -> Result<String, serde_saphyr::SerializeError> {
    let list = profiles.iter().map(|stored| Value::Object(entry(stored, with_secrets))).collect();
    let file = Map::from_iter([("profiles".to_owned(), Value::Array(list))]);
    serde_saphyr::to_string(&file)
}

fn entry(stored: &StoredProfile, with_secrets: bool) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("name".into(), stored.name.clone().into());
    entry.insert("enabled".into(), stored.enabled.into());
    entry.insert("sandbox".into(), stored.sandbox.into());
    if !stored.events.is_empty() {
        let name = |event: &EventType| event.name().map_or_else(|| event.0.into(), Value::from);
        entry.insert("events".into(), stored.events.iter().map(name).collect());
    }
    if with_secrets {
        if let Some(token) = &stored.profile.token {
            entry.insert(Parameter::TelegramToken.name().into(), token.expose().into());
        }
        entry.insert("key".into(), stored.key.clone().into());
    }
    for parameter in Parameter::all().filter(|parameter| *parameter != Parameter::TelegramToken) {
        if let Some(value) = stored.profile.get(parameter) {
            let value = match value.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                _ => value.into(),
            };
            entry.insert(parameter.name().into(), value);
        }
    }
    entry
}

/// What a file says, by itself.
#[derive(Debug)]
pub struct Reading {
    /// Every profile that could be read, with its index in the file.
    pub drafts: Vec<(usize, ProfileDraft)>,
    /// Every fault, in the order in which they were found.
    pub faults: Vec<FileFault>,
    lines: Lines,
}

/// Reads a file, whatever the store holds; with its faults in this language.
#[must_use]
pub fn read(text: &str, language: Language) -> Reading {
    let (drafts, mut faults) = profiles(text, language);
    let lines = Lines::of(text);
    lines.name(&mut faults);
    Reading { drafts, faults, lines }
}

fn profiles(text: &str, language: Language) -> (Vec<(usize, ProfileDraft)>, Vec<FileFault>) {
    let say = |ru: &'static str, en: &'static str| Bilingual { ru, en }.get(language);
    let whole = |sentence: &str, line| {
        (Vec::new(), vec![FileFault { path: String::new(), line, sentence: sentence.to_owned() }])
    };
    let file: Value = match serde_saphyr::from_str(text) {
        Ok(file) => file,
        // The error quotes the lines around it, and those may hold a token: only the place is said.
        Err(error) => {
            let at = error.location();
            let place = at.map(|at| match language {
                Language::Ru => format!("; место ошибки — около строки {}, знака {}", at.line(), at.column()),
                Language::En => format!(" near line {}, column {}", at.line(), at.column()),
            });
            let what = say("это не YAML и не JSON", "this is neither YAML nor JSON");
            return whole(&format!("{what}{}", place.unwrap_or_default()), at.map(|at| at.line()));
        }
    };
    let Value::Object(mut file) = file else {
        return whole(
            say("файл должен начинаться со строки `profiles:`", "the file must start with `profiles:`"),
            None,
        );
    };
    let Some(Value::Array(list)) = file.remove("profiles") else {
        let sentence = say("здесь должен быть список профилей", "a list of profiles must stand here");
        return (Vec::new(), vec![fault("profiles", sentence)]);
    };
    let stranger = say(
        "такой настройки нет; здесь стоит только `profiles`",
        "there is no such setting; only `profiles` stands here",
    );
    let mut faults: Vec<FileFault> = file.keys().map(|name| fault(name, stranger)).collect();
    let mut drafts: Vec<(usize, ProfileDraft)> = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("profiles[{index}]");
        let Value::Object(entry) = value else {
            let sentence = say("здесь должен быть профиль с названием", "a profile with a name must stand here");
            faults.push(fault(&path, sentence));
            continue;
        };
        let Some(draft) = Reader { path: &path, language, faults: &mut faults }.profile(entry) else { continue };
        if drafts.iter().any(|(_, other)| other.name == draft.name) {
            let sentence = say(
                "так уже называется другой профиль этого файла",
                "an earlier profile of this file has the same name",
            );
            faults.push(fault(&format!("{path}.name"), sentence));
        }
        drafts.push((index, draft));
    }
    (drafts, faults)
}

fn fault(path: &str, sentence: &str) -> FileFault {
    // A path quotes the file's own keys, and anything may stand there.
    FileFault { path: redact(path), line: None, sentence: sentence.to_owned() }
}

fn parameter_fault(path: String, language: Language, what: &Fault) -> FileFault {
    FileFault { path, line: None, sentence: checks::fault(language, what) }
}

/// Reads one profile, noting what is wrong on the way.
struct Reader<'a> {
    path: &'a str,
    language: Language,
    faults: &'a mut Vec<FileFault>,
}

impl Reader<'_> {
    fn note(&mut self, key: &str, ru: &str, en: &str) {
        let sentence = match self.language {
            Language::Ru => ru,
            Language::En => en,
        };
        self.faults.push(fault(&format!("{}.{key}", self.path), sentence));
    }

    fn profile(&mut self, entry: Map<String, Value>) -> Option<ProfileDraft> {
        let mut draft = ProfileDraft {
            name: String::new(),
            // Left out is the default: a file says all that a profile is, but for its key and token.
            enabled: Some(true),
            sandbox: false,
            events: Vec::new(),
            profile: Profile::default(),
            key: None,
        };
        let mut given: Vec<Parameter> = Vec::new();
        for (key, value) in entry {
            if let Some(parameter) = Parameter::by_name(&key) {
                if given.contains(&parameter) {
                    self.note(
                        &key,
                        "то же самое здесь уже есть в другом написании; оставьте одно",
                        "the same stands here already in another spelling; keep one of them",
                    );
                }
                given.push(parameter);
            }
            match key.as_str() {
                "name" => draft.name = self.text(&key, &value)?.trim().to_owned(),
                "enabled" => draft.enabled = self.flag(&key, &value),
                "sandbox" => draft.sandbox = self.flag(&key, &value).unwrap_or_default(),
                "events" => draft.events = self.events(&key, value),
                "key" => draft.key = self.key(&key, &value),
                _ => self.parameter(&mut draft.profile, &key, &value),
            }
        }
        if draft.name.is_empty() {
            self.note("name", "у профиля должно быть название", "every profile needs a name");
        }
        if draft.profile.field_name.is_none() {
            let path = format!("{}.{}", self.path, Parameter::TelegramFieldName.name());
            self.faults.push(parameter_fault(path, self.language, &Fault::Missing(Parameter::TelegramFieldName)));
        }
        Some(draft)
    }

    fn text(&mut self, key: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => Some(String::new()),
            Value::Array(_) | Value::Object(_) => {
                self.note(key, "здесь должен быть текст", "a text must stand here");
                None
            }
        }
    }

    fn flag(&mut self, key: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => {
                self.note(key, "здесь должно быть true (да) или false (нет)", "true or false must stand here");
                None
            }
        }
    }

    fn events(&mut self, key: &str, value: Value) -> Vec<EventType> {
        let list = match value {
            Value::Array(list) => list,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let mut events = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let place = format!("{key}[{index}]");
            let Some(text) = self.text(&place, value) else { continue };
            match EventType::parse(&text) {
                Some(event) => events.push(event),
                None => self.note(
                    &place,
                    "такого типа событий нет; напишите его название, например CaseActionEvent, или номер",
                    "there is no such type of event; write its name, such as CaseActionEvent, or its number",
                ),
            }
        }
        events
    }

    fn key(&mut self, key: &str, value: &Value) -> Option<String> {
        let text = self.text(key, value)?;
        if text.is_empty() {
            return None;
        }
        if !codes::is_webhook_key(&text) {
            self.note(
                key,
                "ключ — это от 16 до 64 букв и цифр; уберите его, и будет создан новый",
                "a key has 16 to 64 letters and digits; leave it out and one is made",
            );
        }
        Some(text)
    }

    fn parameter(&mut self, profile: &mut Profile, key: &str, value: &Value) {
        let Some(parameter) = Parameter::by_name(key) else {
            let known = Parameter::all().map(Parameter::name).chain(["name", "enabled", "sandbox", "events", "key"]);
            let distance = |name: &&str| spelling::distance(&name.to_lowercase(), &key.to_lowercase());
            let near = known.min_by_key(distance).filter(|name| distance(name) <= 3);
            match near {
                Some(name) => self.note(
                    key,
                    &format!("такой настройки нет; возможно, вы имели в виду {name}"),
                    &format!("there is no such setting; did you mean {name}?"),
                ),
                None => self.note(key, "такой настройки нет; удалите её", "there is no such setting; remove it"),
            }
            return;
        };
        let Some(text) = self.text(key, value) else { return };
        if let Err(faults) = profile.set(parameter, &text) {
            for what in faults {
                let path = format!("{}.{}", self.path, redact(key));
                self.faults.push(parameter_fault(path, self.language, &what));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hookgram::{parameters::Kind, values::Locale};
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    #[test]
    fn every_fault_is_named_by_its_path() {
        let file = "
profiles:
  - name: A
    sandbox: true
    telegramFieldName: '*TelegramId'
  - name: B
    sandbox: maybe
    telegramFieldName: x
    timezone: Mars/Olympus
    hide_adress: true
    events: [CaseActionEvent, Nonsense]
    key: short
  - sandbox: true
  - 7
extra: 1
";
        let Reading { faults, .. } = read(file, Language::En);
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        for path in [
            "extra",
            "profiles[1].sandbox",
            "profiles[1].timezone",
            "profiles[1].hide_adress",
            "profiles[1].events[1]",
            "profiles[1].key",
            "profiles[2].name",
            "profiles[2].telegramFieldName",
            "profiles[3]",
        ] {
            assert!(paths.contains(&path), "{path} in {paths:?}");
        }
        assert_eq!(paths.len(), 9, "{faults:?}");
        assert!(faults.iter().any(|fault| fault.sentence.contains("hide_address")));
    }

    #[test]
    fn lines_are_found_where_the_settings_stand() {
        let file = "profiles:\n  - name: A\n    sandbox: true\n  - name: B\n\n    events:\n      - Nonsense\n";
        let lines = Lines::of(file);
        assert_eq!((lines.of_entry(0), lines.of_entry(1), lines.of_entry(2)), (Some(2), Some(4), None));
        assert_eq!(lines.of_path("profiles[0].sandbox"), Some(3));
        assert_eq!(lines.of_path("profiles[1].events[0]"), Some(7));
        assert_eq!(lines.of_path("profiles[1].telegramFieldName"), Some(4), "what is missing: at its profile");
        assert_eq!(lines.of_path("extra"), None);
        assert_eq!(Lines::of("profiles:\n- 7\n- name: A\n").of_path("profiles[1].name"), Some(3));
        assert_eq!(Lines::of("{").of_entry(0), None);
    }

    #[test]
    fn a_setting_is_given_once() {
        let file = "profiles:\n- {name: A, sandbox: true, telegramFieldName: x, hide_url: true, HIDE_URL: false}\n";
        let Reading { faults, .. } = read(file, Language::En);
        assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["profiles[0].hide_url"]);
    }

    #[test]
    fn a_broken_file_does_not_quote_itself() {
        let Reading { faults, .. } = read("profiles:\n  - telegramToken: \"7001002003:AAHk\n", Language::Ru);
        assert!(!format!("{faults:?}").contains("7001002003"), "{faults:?}");
    }

    /// Texts that YAML is prone to read as something else.
    fn tricky() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            select(vec![
                "yes",
                "null",
                "~",
                "1e3",
                "0x1f",
                "0o7",
                "01",
                "1_000",
                ".inf",
                "2024-05-08",
                "true",
                ": ",
                " #",
                "- ",
                "|",
                ">",
                "&a",
                "*a",
                "!t",
                "%",
                "@",
                "`",
                "\"",
                "'",
                "\\",
                "\n",
                "\t",
                "\u{a0}",
                "\u{2028}",
                "\u{feff}",
                "{",
                "}",
                "[",
                "]",
                "---",
                "...",
                "?",
                "<<",
                "=",
                "👩‍👩‍👧",
                "\u{7f}",
                "\u{85}",
            ])
            .prop_map(str::to_owned),
            "[а-яёA-Z0-9 ]{1,8}",
            any::<char>().prop_map(String::from),
        ];
        vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn stored() -> impl Strategy<Value = StoredProfile> {
        let texts = vec(tricky(), Parameter::all().count());
        let events = vec(prop_oneof![Just(3060), Just(3036), any::<i64>()], 0..4);
        (tricky(), texts, any::<[bool; 20]>(), events, 0..Locale::ALL.len()).prop_map(
            |(name, texts, flags, events, locale)| {
                let mut profile = Profile::default();
                for ((parameter, text), flag) in Parameter::all().zip(&texts).zip(flags) {
                    let text = match parameter.definition().kind {
                        Kind::Token if flag => "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd",
                        Kind::Token => "",
                        Kind::Text | Kind::OperatorText => text,
                        Kind::Emails => "a@b.c, почта@пример.рф",
                        Kind::Bool if flag => "yes",
                        Kind::Bool => "no",
                        Kind::Locale => Locale::ALL[locale].tag(),
                        Kind::TimeZone => "Asia/Omsk",
                    };
                    profile.set(parameter, text).expect("a good value");
                }
                let name = format!("N{}", name.trim());
                profile.field_name.get_or_insert_with(|| "*TelegramId".to_owned());
                let events = events.into_iter().map(EventType).collect();
                let key = "k7Rm2Qx9TvB4nWpL".to_owned();
                StoredProfile {
                    id: 1,
                    name,
                    enabled: flags[0],
                    sandbox: flags[1],
                    events,
                    profile,
                    key,
                    locked: None,
                    parked_since: None,
                    version: 0,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_exported_is_read_the_same(stored in stored()) {
            for with_secrets in [true, false] {
                let file = export(std::slice::from_ref(&stored), with_secrets).expect("texts");
                let Reading { drafts, faults, .. } = read(&file, Language::En);
                prop_assert_eq!(&faults, &[], "{}", file);
                let [(0, draft)] = drafts.as_slice() else { panic!("one profile: {drafts:?}") };
                let mut expected = stored.profile.clone();
                if !with_secrets {
                    expected.token = None;
                }
                prop_assert_eq!(&draft.profile, &expected, "{}", file);
                prop_assert_eq!((&draft.name, draft.enabled, draft.sandbox), (&stored.name, Some(stored.enabled), stored.sandbox));
                prop_assert_eq!(&draft.events, &stored.events);
                prop_assert_eq!(draft.key.is_some(), with_secrets);
            }
        }

        #[test]
        fn any_text_can_be_a_file(text in "[\\[\\]{}:,\\-a-z \n'\"&*!|>#%@]{0,80}") {
            let _ = read(&text, Language::En);
        }
    }
}
