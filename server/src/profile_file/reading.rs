//! Reads a file into profiles and faults, without the store.

use std::collections::HashSet;

use app::i18n::checks;
use hookgram::{
    channel::ChannelKind,
    check::Fault,
    event::EventType,
    parameters::Parameter,
    profile::{EditedProfile, Profile},
    secret::redact,
    spelling,
    values::{Bilingual, Language},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_saphyr::{Error, Options, budget::BudgetBreach};

use super::{FileFault, bots, lines::Lines};
use crate::{secrets::codes, store::EditedBot};

/// The profiles and faults of a file.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every profile that could be read, with its index in the file.
    pub drafts: Vec<(usize, EditedProfile)>,
    /// The bots of the file.
    pub edited_bots: Vec<EditedBot>,
    /// The bots that profiles name, each with the profile's index in the file: an id, or an `@name`.
    pub bots: Vec<(usize, String)>,
    /// Every fault, in the order in which they were found.
    pub faults: Vec<FileFault>,
    pub(super) lines: Lines,
}

/// Reads a file without looking into the store. The faults are in this language.
#[must_use]
pub fn read(text: &str, language: Language) -> Reading {
    match parse(text) {
        Ok(file) => {
            let mut reading = profiles(file, language);
            reading.lines = Lines::of(text);
            reading.lines.name(&mut reading.faults);
            reading
        }
        Err(error) => Reading { faults: vec![unreadable(&error, language)], ..Reading::default() },
    }
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_saphyr::from_str_with_options(text, options())
}

/// YAML without anchors and aliases. A few kilobytes of nested aliases can expand to gigabytes of values, and each
/// alias of a long text copies the text, so a limit on the number of aliases does not bound their cost. Exported files
/// have none.
pub(super) fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_anchors: 0, max_aliases: 0 },
        with_snippet: false,
    }
}

/// The fault of a file that cannot be parsed, with its place. The parser's own message may quote a token, so it is not
/// shown.
fn unreadable(error: &Error, language: Language) -> FileFault {
    let what = match error {
        Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. }
        | Error::UnknownAnchor { .. } => Bilingual {
            ru: "ссылки YAML (&имя и *имя) здесь не поддерживаются: напишите само значение, а текст, который начинается \
                 с * или &, возьмите в кавычки",
            en: "YAML anchors and aliases (&name, *name) are not supported here: write the value itself, and put a text \
                 that starts with * or & in quotes",
        },
        Error::Budget { .. } => Bilingual {
            ru: "в файле слишком много значений или уровней вложенности; разделите его на несколько",
            en: "the file has too many values or levels of nesting; split it into several files",
        },
        _ => Bilingual { ru: "это не YAML и не JSON", en: "this is neither YAML nor JSON" },
    };
    let at = error.location();
    let place = at.map(|at| match language {
        Language::Ru => format!("; место ошибки — около строки {}, знака {}", at.line(), at.column()),
        Language::En => format!(" near line {}, column {}", at.line(), at.column()),
    });
    let sentence = format!("{}{}", what.get(language), place.unwrap_or_default());
    FileFault { path: String::new(), line: at.map(|at| at.line()), sentence }
}

fn profiles(file: Value, language: Language) -> Reading {
    let say = |ru: &'static str, en: &'static str| Bilingual { ru, en }.get(language);
    let Value::Object(mut file) = file else {
        let sentence = say("файл должен начинаться со строки `profiles:`", "the file must start with `profiles:`");
        return Reading { faults: vec![fault("", sentence)], ..Reading::default() };
    };
    let mut of_bots = Vec::new();
    let edited_bots = file.remove("bots").map(|list| bots::read(list, language, &mut of_bots)).unwrap_or_default();
    let list = match file.remove("profiles") {
        Some(Value::Array(list)) => list,
        // A file may have bots alone.
        None if !edited_bots.is_empty() => Vec::new(),
        _ => {
            let sentence = say("здесь должен быть список профилей", "a list of profiles must stand here");
            return Reading { faults: vec![fault("profiles", sentence)], ..Reading::default() };
        }
    };
    let stranger = say(
        "такой настройки нет; здесь стоят только `bots` и `profiles`",
        "there is no such setting; only `bots` and `profiles` stand here",
    );
    let mut faults: Vec<FileFault> = file.keys().map(|name| fault(name, stranger)).collect();
    faults.extend(of_bots);
    let mut drafts: Vec<(usize, EditedProfile)> = Vec::new();
    let mut names = HashSet::new();
    let mut named = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("profiles[{index}]");
        let Value::Object(entry) = value else {
            let sentence = say("здесь должен быть профиль с названием", "a profile with a name must stand here");
            faults.push(fault(&path, sentence));
            continue;
        };
        let Some(draft) = Reader { path: &path, index, bots: &mut named, language, faults: &mut faults }.profile(entry)
        else {
            continue;
        };
        if !names.insert(draft.name.clone()) {
            let sentence = say(
                "так уже называется другой профиль этого файла",
                "an earlier profile of this file has the same name",
            );
            faults.push(fault(&format!("{path}.name"), sentence));
        }
        drafts.push((index, draft));
    }
    Reading { drafts, edited_bots, bots: named, faults, ..Reading::default() }
}

pub(super) fn fault(path: &str, sentence: &str) -> FileFault {
    // A path contains the file's own keys, which may be any text.
    FileFault { path: redact(path), line: None, sentence: sentence.to_owned() }
}

pub(super) fn parameter_fault(path: String, language: Language, what: &Fault) -> FileFault {
    FileFault { path, line: None, sentence: checks::fault(language, what) }
}

/// Reads one profile and collects its faults.
struct Reader<'a> {
    path: &'a str,
    index: usize,
    bots: &'a mut Vec<(usize, String)>,
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

    fn profile(&mut self, entry: Map<String, Value>) -> Option<EditedProfile> {
        let mut draft = EditedProfile {
            name: String::new(),
            // A missing setting has its default: a file contains the whole profile, except its webhook key and token.
            enabled: Some(true),
            channel: ChannelKind::Telegram,
            bare_ids: None,
            bot: None,
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
                "sandbox" => {
                    let is_sandbox = self.flag(&key, &value).unwrap_or_default();
                    draft.channel = if is_sandbox { ChannelKind::Sandbox } else { ChannelKind::Telegram };
                }
                "events" => draft.events = self.events(&key, value),
                "key" => draft.key = self.key(&key, &value),
                "bareIds" => draft.bare_ids = self.flag(&key, &value),
                "bot" => {
                    let bot = self.text(&key, &value).filter(|bot| !bot.trim().is_empty());
                    self.bots.extend(bot.map(|bot| (self.index, bot)));
                }
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
            let known = Parameter::all()
                .map(Parameter::name)
                .chain(["name", "enabled", "sandbox", "events", "bot", "bareIds", "key"]);
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
