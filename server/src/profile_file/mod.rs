//! The file that `profile import` reads and `profile export` writes (contract §6): YAML, which includes JSON.

mod bots;
mod lines;
pub mod old_urls;
pub(crate) mod pasted;
mod reading;
mod yaml;

use std::{fmt, panic::resume_unwind};

use hookgram::{
    channel::ChannelKind,
    check::Fault,
    event::EventType,
    parameters::Parameter,
    profile::EditedProfile,
    values::{Bilingual, Language},
};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

pub use self::reading::{Reading, read};
use self::reading::{fault, parameter_fault};
use crate::store::{
    EditedBot, ExportedBot, Store, StoreError, StoredProfile,
    audit::{By, COMMAND_LINE},
};

/// A fault in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The path of the faulty value: `profiles[2].timezone`.
    pub path: String,
    /// The line of the faulty value, if it is known.
    pub line: Option<u64>,
    /// The fault and how to correct it, as a sentence.
    pub sentence: String,
}

impl FileFault {
    /// The index of the faulty profile, and the rest of the path.
    fn place(&self) -> Option<(usize, &str)> {
        let (index, rest) = self.path.strip_prefix("profiles[")?.split_once(']')?;
        Some((index.parse().ok()?, rest))
    }

    /// The index of the faulty profile in the file's list.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        self.place().map(|(index, _)| index)
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.sentence) } else { write!(f, "{}: {}", self.path, self.sentence) }
    }
}

/// Why a file was not imported. Nothing has changed in either case.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has faults; this lists all of them.
    #[error("the file has {} fault(s)", .0.len())]
    Faults(Vec<FileFault>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of reading a file, before it is imported.
#[derive(Debug)]
pub struct Plan {
    /// The bots that could be read, in the file's order.
    pub bots: Vec<EditedBot>,
    /// The profiles that could be read, in the file's order.
    pub entries: Vec<Entry>,
    /// Every fault. If there is one, nothing is imported.
    pub faults: Vec<FileFault>,
}

/// A profile of a file, to be imported.
#[derive(Debug)]
pub struct Entry {
    /// The profile that is to be stored.
    pub draft: EditedProfile,
    /// The stored profile with the same name, which it replaces.
    pub replaces: Option<StoredProfile>,
    /// Its index in the file's list.
    pub index: usize,
    /// The line at which it starts, if that is known.
    pub line: Option<u64>,
}

/// Reads a file and compares it with the stored profiles. The faults are in this language.
pub async fn plan(store: &Store, text: &str, language: Language) -> Result<Plan, StoreError> {
    let text = text.to_owned();
    let reading = spawn_blocking(move || read(&text, language)).await;
    let Reading { drafts, edited_bots, bots, mut faults, lines } =
        reading.unwrap_or_else(|failed| resume_unwind(failed.into_panic()));
    let mut entries = Vec::with_capacity(drafts.len());
    for (index, mut draft) in drafts {
        let replaces = store.profiles.by_name(&draft.name).await?;
        if let Some((_, bot)) = bots.iter().find(|(of, _)| *of == index) {
            let in_file = bot.trim().parse().ok().filter(|id| edited_bots.iter().any(|edited| edited.id == *id));
            draft.bot = in_file.or(stored_bot(store, bot).await?);
            if draft.bot.is_none() {
                faults.push(no_such_bot(index, language));
            }
        }
        let has_bot = draft.bot.is_some() || bots.iter().any(|(of, _)| *of == index);
        let has_bot = has_bot || replaces.as_ref().is_some_and(|stored| stored.bot.is_some());
        if draft.channel.needs_token() && draft.profile.token.is_none() && !has_bot {
            let path = format!("profiles[{index}].telegramToken");
            faults.push(parameter_fault(path, language, &Fault::Missing(Parameter::TelegramToken)));
        }
        if let Some(key) = &draft.key
            && let Some(other) = store.profiles.by_key(key).await?
            && replaces.as_ref().is_none_or(|own| own.id != other.id)
        {
            faults.push(key_taken(index, language));
        }
        entries.push(Entry { draft, replaces, index, line: lines.of_entry(index) });
    }
    for (index, bot) in edited_bots.iter().enumerate().filter(|(_, bot)| bot.token.is_none()) {
        let in_profile = entries
            .iter()
            .any(|entry: &Entry| entry.draft.profile.token.as_ref().is_some_and(|token| token.bot_id() == bot.id));
        if !in_profile && store.bots.get(bot.id).await?.is_none() {
            faults.push(token_missing(index, language));
        }
    }
    lines.name(&mut faults);
    faults.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Plan { bots: edited_bots, entries, faults })
}

/// The id of a stored bot that a file names by its id or its `@name`.
async fn stored_bot(store: &Store, bot: &str) -> Result<Option<i64>, StoreError> {
    match bot.trim().parse() {
        Ok(id) => Ok(store.bots.get(id).await?.map(|record| record.bot.id)),
        Err(_) => store.bots.by_username(bot.trim().trim_start_matches('@')).await,
    }
}

fn token_missing(index: usize, language: Language) -> FileFault {
    let sentence = Bilingual {
        ru: "такого бота здесь нет; добавьте его на странице «Боты» или укажите его token",
        en: "there is no such bot here; add it on the page Bots, or specify its token",
    };
    fault(&format!("bots[{index}].token"), sentence.get(language))
}

fn no_such_bot(index: usize, language: Language) -> FileFault {
    let sentence = Bilingual {
        ru: "такого бота здесь нет; добавьте его на странице «Боты» или укажите telegramToken",
        en: "there is no such bot here; add it on the page Bots, or specify telegramToken",
    };
    fault(&format!("profiles[{index}].bot"), sentence.get(language))
}

fn key_taken(index: usize, language: Language) -> FileFault {
    let sentence = Bilingual {
        ru: "этот ключ принадлежит другому профилю; уберите его, и будет создан новый",
        en: "this key belongs to another profile; remove it and a new one will be created",
    };
    fault(&format!("profiles[{index}].key"), sentence.get(language))
}

/// Stores every profile of a file, or none. Returns their names and webhook keys, in the file's order. The faults are
/// in English.
///
/// # Errors
/// Every fault of the file, or the store's error.
pub async fn import(store: &Store, text: &str) -> Result<Vec<(String, String)>, ImportError> {
    let plan = plan(store, text, Language::En).await?;
    carry_out(store, plan, Language::En, &COMMAND_LINE).await
}

/// Carries out a plan as a whole, or not at all. Returns the profiles' names and webhook keys.
///
/// # Errors
/// The plan's faults, or the store's error.
pub async fn carry_out(
    store: &Store,
    plan: Plan,
    language: Language,
    by: &By,
) -> Result<Vec<(String, String)>, ImportError> {
    if !plan.faults.is_empty() {
        return Err(ImportError::Faults(plan.faults));
    }
    let (indices, drafts): (Vec<usize>, Vec<EditedProfile>) =
        plan.entries.into_iter().map(|entry| (entry.index, entry.draft)).unzip();
    let bots = plan.bots;
    match store.profiles.put_all(&bots, &drafts, by).await {
        Ok(done) => Ok(done),
        Err((at, StoreError::KeyTaken)) => {
            let index = indices.get(at).copied().unwrap_or(at);
            Err(ImportError::Faults(vec![key_taken(index, language)]))
        }
        Err((_, error)) => Err(error.into()),
    }
}

/// Writes bots and profiles as a file, with tokens, webhook keys and other secrets only if `with_secrets` is set.
///
/// # Errors
/// Stored profiles cause none: they consist of texts, flags and lists.
pub fn export(
    bots: &[ExportedBot],
    profiles: &[StoredProfile],
    with_secrets: bool,
) -> Result<String, serde_saphyr::SerializeError> {
    let bots = bots::write(bots, with_secrets);
    let list = profiles.iter().map(|stored| Value::Object(entry(stored, with_secrets))).collect();
    let mut file = Map::new();
    if !bots.is_empty() {
        file.insert("bots".to_owned(), Value::Array(bots));
    }
    file.insert("profiles".to_owned(), Value::Array(list));
    serde_saphyr::to_string(&file)
}

fn entry(stored: &StoredProfile, with_secrets: bool) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("name".into(), stored.name.clone().into());
    entry.insert("enabled".into(), stored.enabled.into());
    entry.insert("sandbox".into(), (stored.channel == ChannelKind::Sandbox).into());
    if !stored.events.is_empty() {
        let name = |event: &EventType| event.name().map_or_else(|| event.0.into(), Value::from);
        entry.insert("events".into(), stored.events.iter().map(name).collect());
    }
    if !stored.bare_ids {
        entry.insert("bareIds".into(), false.into());
    }
    if with_secrets {
        if let Some(token) = &stored.profile.token {
            entry.insert(Parameter::TelegramToken.name().into(), token.expose().into());
        }
        entry.insert("key".into(), stored.key.clone().into());
    } else if let Some(bot) = stored.bot {
        entry.insert("bot".into(), bot.into());
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

#[cfg(test)]
mod tests {
    use hookgram::{parameters::Kind, profile::Profile, values::Locale};
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    #[test]
    fn every_fault_has_the_path_of_its_setting() {
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
    fn a_setting_that_is_given_twice_is_a_fault() {
        let file = "profiles:\n- {name: A, sandbox: true, telegramFieldName: x, hide_url: true, HIDE_URL: false}\n";
        let Reading { faults, .. } = read(file, Language::En);
        assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["profiles[0].HIDE_URL"]);
    }

    /// Returns a file of two kilobytes whose aliases would expand to 10^39 texts.
    fn nested_aliases() -> String {
        let level = |level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(","));
        format!("a0: &a0 ['lol']\n{}profiles: *a39\n", (1..40).map(level).collect::<String>())
    }

    fn faults_of(file: &str, language: Language) -> Vec<FileFault> {
        read(file, language).faults
    }

    #[test]
    fn anchors_and_aliases_are_refused_and_the_error_shows_the_alternative() {
        let field = "profiles:\n- name: A\n  sandbox: true\n  telegramFieldName: *TelegramId\n";
        for (file, path, line, says) in [
            ("profiles:\n- &base {name: A}\n", "profiles[0]", 2, "line 2, column"),
            ("profiles:\n- name: &A\n", "profiles[0].name", 2, "starts with &"),
            (field, "profiles[0].telegramFieldName", 4, "\"*TelegramId\""),
            (field, "profiles[0].telegramFieldName", 4, "line 4, column 22"),
        ] {
            let faults = faults_of(file, Language::En);
            let fault = faults.iter().find(|fault| fault.path == path && fault.sentence.contains(says));
            assert_eq!(fault.and_then(|fault| fault.line), Some(line), "{faults:?}");
        }
        let in_russian = faults_of(field, Language::Ru);
        assert!(
            in_russian.iter().any(|fault| fault.sentence.contains("в кавычках: \"*TelegramId\"")),
            "{in_russian:?}"
        );
    }

    #[test]
    fn a_repeated_key_is_refused_and_the_error_names_both_lines() {
        let file = "profiles:\n- name: A\n  sandbox: true\n  telegramFieldName: x\n  message: a\n  message: b\n";
        let [fault] = faults_of(file, Language::En).try_into().expect("one fault");
        assert_eq!((fault.path.as_str(), fault.line), ("profiles[0].message", Some(6)));
        assert!(fault.sentence.contains("in line 5") && fault.sentence.contains("line 6, column 3"), "{fault:?}");
    }

    #[test]
    fn a_file_with_too_much_nesting_or_too_many_values_is_refused_cheaply() {
        let many = format!("profiles: [{}]", "a,".repeat(300_000));
        for (file, says) in [
            (nested_aliases(), "anchors and aliases"),
            ("[".repeat(1_000_000), "levels of nesting"),
            ("- ".repeat(1_000_000), "levels of nesting"),
            (format!("{}: a", "? ".repeat(1_000_000)), "levels of nesting"),
            (many, "too many values"),
        ] {
            let faults = faults_of(&file, Language::En);
            assert!(faults.len() <= 20, "{}", faults.len());
            assert!(faults.iter().any(|fault| fault.sentence.contains(says)), "{faults:?}");
        }
    }

    /// Returns the texts of a profile in which `text` stands unquoted.
    fn as_written(text: &str) -> Profile {
        let file = format!(
            "profiles:\n- name: {text}\n  sandbox: true\n  telegramFieldName: {text}\n  message: {text}\n  sign_text: {text}\n  timezone_name: {text}\n"
        );
        let Reading { drafts, faults, .. } = read(&file, Language::En);
        assert_eq!(faults, [], "{text}");
        let [(_, draft)] = <[_; 1]>::try_from(drafts).expect("one profile");
        assert_eq!(draft.name, text);
        draft.profile
    }

    #[test]
    fn an_unquoted_scalar_is_read_as_the_text_that_was_written() {
        for text in [
            "0042",
            "Yes",
            "no",
            "on",
            "off",
            "True",
            "+79110000000",
            "+5",
            "8.10",
            "1e3",
            "~",
            "Null",
            "2024-05-08",
            "0x1f",
            "0o7",
            ".inf",
            ".nan",
            "-0",
            "1_000",
            "12:30",
            "12345678901234567890123",
            "=",
            "<<x",
            "y",
            "007.0",
        ] {
            let profile = as_written(text);
            let text = Some(text);
            assert_eq!(profile.field_name.as_deref(), text);
            assert_eq!(profile.formatting.message.as_deref(), text);
            assert_eq!(profile.formatting.sign_text.as_deref(), text);
            assert_eq!(profile.formatting.time_zone_name.as_deref(), text);
        }
    }

    #[test]
    fn null_means_absent_and_quoted_null_is_a_text() {
        let file = r#"{"profiles": [{"name": "null", "enabled": null, "sandbox": true, "key": null, "events": null,
            "telegramFieldName": "*T", "message": null, "sign_text": "null", "hide_url": null}]}"#;
        let Reading { drafts, faults, .. } = read(file, Language::En);
        assert_eq!(faults, []);
        let draft = &drafts[0].1;
        assert_eq!((draft.name.as_str(), draft.enabled, &draft.key), ("null", Some(true), &None));
        let formatting = &draft.profile.formatting;
        assert_eq!((formatting.message.as_deref(), formatting.sign_text.as_deref()), (None, Some("null")));
        assert!(!formatting.hide_url);
        let Reading { faults, .. } = read("profiles:\n- name: null\n  telegramFieldName: null\n", Language::En);
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["profiles[0].name", "profiles[0].telegramFieldName"]);
    }

    #[test]
    fn json_byte_order_marks_and_crlf_are_read() {
        for file in [
            "{\n\t\"profiles\": [\n\t\t{\"name\": \"\\u0417\\ud83d\\ude00\", \"sandbox\": true, \"telegramFieldName\": \"*T\"}\n\t]\n}\n",
            "\u{feff}---\r\nprofiles:\r\n- name: З😀 # a remark\r\n  sandbox: TRUE\r\n  telegramFieldName: '*T'\r\n...\r\n",
            "{\"profiles\":[{\"name\":\"З😀\",\"sandbox\":true,\"telegramFieldName\":\"*T\"}]}",
        ] {
            let Reading { drafts, faults, .. } = read(file, Language::En);
            assert_eq!(faults, [], "{file}");
            assert_eq!((drafts[0].1.name.as_str(), drafts[0].1.channel), ("З😀", ChannelKind::Sandbox));
        }
        for file in ["", "# nothing\n", "[]", "profiles:\n- name: A\n---\nprofiles: []\n", "profiles: null"] {
            assert!(!faults_of(file, Language::En).is_empty(), "{file}");
        }
    }

    #[test]
    fn unquoted_texts_of_a_booking_bot_are_read_as_they_are_written() {
        let file = "bots:\n- id: 7\n  booking:\n    enabled: true\n    webhook: false\n    settings:\n      v: 1\n      greeting: {ru: 0042, en: Yes}\n      staff_chat: -100\n      culture: null\n      returns: false\n      services:\n      - {id: 1b5f03ed96001255550ebaa2c51b7d31, title: 2024}\n";
        let Reading { edited_bots, faults, .. } = read(file, Language::En);
        assert_eq!(faults, []);
        let settings = &edited_bots[0].booking.as_ref().expect("settings").settings;
        assert_eq!((settings.greeting.ru.as_deref(), settings.greeting.en.as_deref()), (Some("0042"), Some("Yes")));
        assert!(!settings.returns && settings.culture.is_none());
        assert_eq!(settings.services[0].title, "2024");
        let wrong = file.replace("staff_chat: -100", "staff_chat: [5]");
        let faults = faults_of(&wrong, Language::En);
        assert_eq!(faults[0].path, "bots[0].booking.settings");
        assert_eq!(faults[0].line, Some(4), "{faults:?}");
    }

    #[test]
    fn the_error_of_a_broken_file_does_not_quote_its_token() {
        let Reading { faults, .. } = read("profiles:\n  - telegramToken: \"7001002003:AAHk\n", Language::Ru);
        assert!(!format!("{faults:?}").contains("7001002003"), "{faults:?}");
    }

    /// Generates texts that YAML tends to read as another type.
    fn tricky() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            select(vec![
                "0042",
                "+79110000000",
                "+5",
                "8.10",
                "-",
                "Null",
                "12:30",
                "\u{200b}",
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
                    channel: if flags[1] { ChannelKind::Sandbox } else { ChannelKind::Telegram },
                    events,
                    profile,
                    bare_ids: true,
                    key,
                    bot: None,
                    version: 0,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn importing_an_export_gives_the_same_profile(stored in stored()) {
            for with_secrets in [true, false] {
                let file = export(&[], std::slice::from_ref(&stored), with_secrets).expect("texts");
                let Reading { drafts, faults, .. } = read(&file, Language::En);
                prop_assert_eq!(&faults, &[], "{}", file);
                let [(0, draft)] = drafts.as_slice() else { panic!("one profile: {drafts:?}") };
                let mut expected = stored.profile.clone();
                if !with_secrets {
                    expected.token = None;
                }
                prop_assert_eq!(&draft.profile, &expected, "{}", file);
                prop_assert_eq!((&draft.name, draft.enabled, draft.channel), (&stored.name, Some(stored.enabled), stored.channel));
                prop_assert_eq!(&draft.events, &stored.events);
                prop_assert_eq!(draft.key.is_some(), with_secrets);
            }
        }

        #[test]
        fn reading_any_text_as_a_file_does_not_panic(text in "[\\[\\]{}:,\\-a-z \n'\"&*!|>#%@]{0,80}") {
            let _ = read(&text, Language::En);
        }
    }
}
