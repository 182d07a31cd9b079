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
    text::shorten,
    values::{Bilingual, Language},
};

use super::{
    FileFault, bots,
    lines::Lines,
    yaml::{self, Content, Node, What, YamlFault},
};
use crate::{secrets::codes, store::EditedBot};

/// The profiles and faults of a file.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every profile that could be read, with its index in the file.
    pub drafts: Vec<(usize, EditedProfile)>,
    /// The bots of the file.
    pub edited_bots: Vec<EditedBot>,
    /// The bots that profiles name, each by an id or an `@name`, with the profile's index in the file.
    pub bots: Vec<(usize, String)>,
    /// Every fault, in the order in which they were found.
    pub faults: Vec<FileFault>,
    pub(super) lines: Lines,
}

/// Reads a file without the store. The faults are in this language.
#[must_use]
pub fn read(text: &str, language: Language) -> Reading {
    let (file, faults) = yaml::read(text);
    let mut faults: Vec<FileFault> = faults.iter().map(|fault| of_yaml(fault, language)).collect();
    if file.is_none() && !faults.is_empty() {
        return Reading { faults, ..Reading::default() };
    }
    let lines = file.as_ref().map(Lines::of).unwrap_or_default();
    let mut reading = profiles(file, language);
    lines.name(&mut reading.faults);
    faults.append(&mut reading.faults);
    Reading { faults, lines, ..reading }
}

/// A fault of the YAML, with its position. The parser's own message is not shown, because it may quote a token.
fn of_yaml(fault: &YamlFault, language: Language) -> FileFault {
    let say = |ru: &str, en: &str| match language {
        Language::Ru => ru.to_owned(),
        Language::En => en.to_owned(),
    };
    let what = match &fault.what {
        What::Anchor => say(
            "ссылки YAML (&имя и *имя) здесь не поддерживаются: напишите само значение, а текст, который начинается с &, \
             возьмите в кавычки",
            "YAML anchors and aliases (&name, *name) are not supported here: write the value itself, and put a text that \
             starts with & in quotes",
        ),
        What::Alias(name) => {
            let name = shorten(&redact(name), 40);
            say(
                &format!("текст, который начинается с *, пишут в кавычках: \"*{name}\"; без них это ссылка YAML"),
                &format!("put a text that starts with * in quotes: \"*{name}\"; without them it is a YAML alias"),
            )
        }
        What::Repeated { first } => say(
            &format!("то же самое здесь уже есть, в строке {first}; оставьте одно"),
            &format!("the same stands here already, in line {first}; keep one of them"),
        ),
        What::TooMuch => say(
            "в файле слишком много значений или уровней вложенности; разделите его на несколько",
            "the file has too many values or levels of nesting; split it into several files",
        ),
        What::Broken => say(
            "это не YAML и не JSON; текст с двоеточием, # или другими знаками YAML возьмите в кавычки",
            "this is neither YAML nor JSON; put text with a colon, # or other YAML characters in quotes",
        ),
    };
    let YamlFault { line, column, .. } = fault;
    let place = say(
        &format!("; место ошибки — около строки {line}, знака {column}"),
        &format!("; the place is near line {line}, column {column}"),
    );
    FileFault { line: Some(*line), ..self::fault(&fault.path, &(what + &place)) }
}

fn profiles(file: Option<Node>, language: Language) -> Reading {
    let say = |ru: &'static str, en: &'static str| Bilingual { ru, en }.get(language);
    let Some(Content::Map(entries)) = file.map(|file| file.content) else {
        let sentence = say("файл должен начинаться со строки `profiles:`", "the file must start with `profiles:`");
        return Reading { faults: vec![fault("", sentence)], ..Reading::default() };
    };
    let stranger = say(
        "такой настройки нет; здесь бывают только `bots` и `profiles`",
        "there is no such setting; only `bots` and `profiles` can be here",
    );
    let (mut bots, mut list) = (None, None);
    let mut faults: Vec<FileFault> = Vec::new();
    for (key, value) in entries {
        match key.as_str() {
            "bots" => bots = Some(value).filter(|value| !value.is_null()),
            "profiles" => list = Some(value),
            _ => faults.push(fault(&key, stranger)),
        }
    }
    let edited_bots = bots.map(|list| bots::read(list, language, &mut faults)).unwrap_or_default();
    let list = match list.map(|list| list.content) {
        Some(Content::List(list)) => list,
        // A file may contain only bots.
        None if !edited_bots.is_empty() => Vec::new(),
        _ => {
            let sentence = say("здесь должен быть список профилей", "a list of profiles must stand here");
            faults.push(fault("profiles", sentence));
            return Reading { faults, ..Reading::default() };
        }
    };
    let mut drafts: Vec<(usize, EditedProfile)> = Vec::new();
    let mut names = HashSet::new();
    let mut named = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let path = format!("profiles[{index}]");
        let Content::Map(entry) = value.content else {
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

    fn profile(&mut self, entry: Vec<(String, Node)>) -> Option<EditedProfile> {
        let mut draft = EditedProfile {
            name: String::new(),
            // A missing setting means its default, because a file contains the whole profile, except its webhook key
            // and token.
            enabled: Some(true),
            channel: ChannelKind::Telegram,
            bare_ids: None,
            bot: None,
            events: Vec::new(),
            profile: Profile::default(),
            key: None,
        };
        let mut given: Vec<Parameter> = Vec::new();
        for (key, value) in entry.into_iter().filter(|(_, value)| !value.is_null()) {
            if let Some(parameter) = Parameter::by_name(&key) {
                if given.contains(&parameter) {
                    self.note(
                        &key,
                        "то же самое здесь уже есть в другом написании; оставьте одно",
                        "the same is already here in another spelling; keep one of them",
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

    fn text(&mut self, key: &str, value: &Node) -> Option<String> {
        let text = value.text();
        if text.is_none() {
            self.note(key, "здесь должен быть текст", "this must be text");
        }
        text.map(str::to_owned)
    }

    fn flag(&mut self, key: &str, value: &Node) -> Option<bool> {
        let flag = value.flag();
        if flag.is_none() {
            self.note(key, "здесь должно быть true (да) или false (нет)", "this must be true or false");
        }
        flag
    }

    fn events(&mut self, key: &str, value: Node) -> Vec<EventType> {
        let list = match value.content {
            Content::List(list) => list,
            Content::Text { text, .. } if text.is_empty() => Vec::new(),
            content => vec![Node { content, ..value }],
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
                    "there is no such event type; write its name, such as CaseActionEvent, or its number",
                ),
            }
        }
        events
    }

    fn key(&mut self, key: &str, value: &Node) -> Option<String> {
        let text = self.text(key, value)?;
        if text.is_empty() {
            return None;
        }
        if !codes::is_webhook_key(&text) {
            self.note(
                key,
                "в ключе от 16 до 64 букв и цифр; уберите его, и будет создан новый",
                "a key has 16 to 64 letters and digits; remove it and a new one will be created",
            );
        }
        Some(text)
    }

    fn parameter(&mut self, profile: &mut Profile, key: &str, value: &Node) {
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
