//! The bots in a file: their tokens, and the settings of their booking bots.

use hookgram::{
    booking::BookingBot,
    secret::{BotToken, redact},
    values::{Bilingual, Language},
};
use secrecy::ExposeSecret as _;
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::{
    FileFault,
    reading::fault,
    yaml::{Content, Node},
};
use crate::store::{EditedBooking, EditedBot, ExportedBot, UpdateSource};

/// Reads the list `bots`. Every fault is added to `faults`.
pub(super) fn read(list: Node, language: Language, faults: &mut Vec<FileFault>) -> Vec<EditedBot> {
    let mut reader = Reader { path: "bots".to_owned(), language, faults };
    let Content::List(list) = list.content else {
        reader.note("", "здесь должен быть список ботов", "this must be a list of bots");
        return Vec::new();
    };
    let mut bots: Vec<EditedBot> = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        reader.path = format!("bots[{index}]");
        let Some(bot) = reader.bot(value) else { continue };
        if bots.iter().any(|other| other.id == bot.id) {
            reader.note(".id", "этот бот в файле уже есть", "this bot is already in the file");
        }
        bots.push(bot);
    }
    bots
}

struct Reader<'a> {
    path: String,
    language: Language,
    faults: &'a mut Vec<FileFault>,
}

impl Reader<'_> {
    fn note(&mut self, key: &str, ru: &'static str, en: &'static str) {
        let sentence = Bilingual { ru, en }.get(self.language);
        self.faults.push(fault(&format!("{}{}", self.path, redact(key)), sentence));
    }

    fn bot(&mut self, value: Node) -> Option<EditedBot> {
        let Content::Map(entry) = value.content else {
            self.note("", "здесь должен быть бот с id", "this must be a bot with its id");
            return None;
        };
        let (mut id, mut token, mut booking) = (None, None, None);
        for (key, value) in entry.into_iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "id" => id = value.text().and_then(|id| id.trim().parse().ok()).filter(|id| *id > 0),
                // The user name is only for people who read the file.
                "username" => {}
                "token" => match value.text().map(BotToken::parse) {
                    Some(Ok(read)) => token = Some(read),
                    _ => self.note(".token", "это не токен бота", "this is not a bot token"),
                },
                "booking" => booking = self.booking(value),
                other => {
                    self.note(
                        &format!(".{other}"),
                        "такой настройки нет; удалите её",
                        "there is no such setting; remove it",
                    );
                }
            }
        }
        let id = id.or_else(|| token.as_ref().map(BotToken::bot_id));
        let Some(id) = id else {
            self.note(".id", "у бота должен быть id или токен", "a bot needs its id or its token");
            return None;
        };
        if token.as_ref().is_some_and(|token| token.bot_id() != id) {
            self.note(".token", "это токен другого бота", "this is the token of another bot");
        }
        Some(EditedBot { id, token, booking })
    }

    fn booking(&mut self, value: Node) -> Option<EditedBooking> {
        let Content::Map(entry) = value.content else {
            self.note(".booking", "здесь должны быть настройки", "these must be settings");
            return None;
        };
        let mut booking = EditedBooking {
            enabled: false,
            source: UpdateSource::Polling,
            settings: BookingBot::default(),
            secret: None,
        };
        for (key, value) in entry.into_iter().filter(|(_, value)| !value.is_null()) {
            match (key.as_str(), value.flag(), value.text()) {
                ("enabled", Some(enabled), _) => booking.enabled = enabled,
                ("webhook", Some(webhook), _) => {
                    booking.source = if webhook { UpdateSource::Webhook } else { UpdateSource::Polling };
                }
                ("links", _, Some(secret)) if !secret.is_empty() => booking.secret = Some(secret.into()),
                ("settings", ..) => match BookingBot::deserialize(value) {
                    Ok(settings) if settings.check().is_empty() => booking.settings = settings,
                    _ => self.note(
                        ".booking.settings",
                        "эти настройки не прочитать: сохраните их экспортом ещё раз",
                        "these settings cannot be read: export them again",
                    ),
                },
                (other, ..) => self.note(
                    &format!(".booking.{other}"),
                    "такой настройки или такого значения нет",
                    "there is no such setting or value",
                ),
            }
        }
        Some(booking)
    }
}

/// Writes the list `bots`, with tokens and the secrets of links only if `with_secrets` is set. Without them, only
/// booking bots are written.
pub(super) fn write(bots: &[ExportedBot], with_secrets: bool) -> Vec<Value> {
    bots.iter().filter(|bot| with_secrets || bot.booking.is_some()).map(|bot| entry(bot, with_secrets)).collect()
}

fn entry(exported: &ExportedBot, with_secrets: bool) -> Value {
    let bot = &exported.record.bot;
    let mut entry = Map::from_iter([("id".to_owned(), bot.id.into())]);
    if !bot.username.is_empty() {
        entry.insert("username".into(), bot.username.clone().into());
    }
    if let Some(token) = exported.record.token.as_ref().filter(|_| with_secrets) {
        entry.insert("token".into(), token.expose().into());
    }
    if let Some(record) = &exported.booking {
        let mut booking = Map::from_iter([("enabled".to_owned(), record.enabled.into())]);
        if record.source == UpdateSource::Webhook {
            booking.insert("webhook".into(), true.into());
        }
        if let Some(links) = record.links.as_ref().filter(|_| with_secrets) {
            booking.insert("links".into(), links.secret().expose_secret().into());
        }
        booking.insert("settings".into(), serde_json::to_value(&record.settings).unwrap_or_default());
        entry.insert("booking".into(), booking.into());
    }
    Value::Object(entry)
}
