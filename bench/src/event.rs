//! The event that is posted: the reference event if it is available, otherwise one of the same size and structure.

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The chat id in the event. Before each request, it is replaced by an id of the same length.
const CHAT: &str = "1234567890";
/// The size of the reference event in bytes.
const SIZE: usize = 90_955;

/// The event in both forms that are posted.
pub struct Event {
    /// Indented, as the booking service sends it.
    pub pretty: String,
    pub minified: String,
    pub is_reference: bool,
}

impl Event {
    /// Reads the reference event from `$HOOKGRAM_REFERENCE` or from a folder next to the workspace. If there is none,
    /// creates an event. Fails if the reference event is not JSON, or if its participant has no contact fields.
    pub fn find() -> Result<Self> {
        let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference");
        let folder = env::var_os("HOOKGRAM_REFERENCE").map_or_else(beside, PathBuf::from);
        let path = folder.join("case-action-event.json");
        let (mut event, is_reference) = match fs::read_to_string(&path) {
            Ok(text) => (serde_json::from_str(text.trim_start_matches('\u{feff}'))?, true),
            Err(_) => (our_own()?, false),
        };
        let recipient = json!({ "Name": "*TelegramId", "Value": CHAT });
        if let Value::Array(several) = &mut event["CaseParticipants"] {
            several.truncate(1);
        }
        let participant = match &mut event["CaseParticipants"] {
            Value::Array(several) => several.first_mut().context("the event has no participant")?,
            one => one,
        };
        let fields = participant["ContactInformation"]["Fields"].as_array_mut();
        let fields = fields.context("the event's participant has no contact fields")?;
        fields.retain(|field| field["Name"] != "*TelegramId");
        fields.push(recipient);
        Ok(Self { pretty: serde_json::to_string_pretty(&event)?, minified: event.to_string(), is_reference })
    }

    /// The position of the chat id in the minified event. Fails if the id does not occur exactly once.
    pub fn chat_at(&self) -> Result<usize> {
        let mut places = self.minified.match_indices(CHAT);
        let (at, _) = places.next().context("the chat's id is not in the event")?;
        anyhow::ensure!(places.next().is_none(), "the chat's id is in the event twice");
        Ok(at)
    }
}

/// The event of the tests, padded to the reference's size with data that messages do not use, as in the booking
/// service's events.
fn our_own() -> Result<Value> {
    let mut event: Value = serde_json::from_str(include_str!("../../tests/fixtures/everything.json"))?;
    let mut settings = Vec::new();
    while serde_json::to_string_pretty(&json!({ "Settings": &settings }))?.len() < SIZE {
        let number = settings.len();
        settings.push(json!({
            "Id": format!("setting-{number}"), "Name": format!("Настройка {number}"), "IsActive": number % 3 == 0,
            "Order": number, "Limits": { "From": null, "To": number * 60, "Days": [1, 2, 3, 4, 5] }, "Comment": null,
        }));
    }
    event["Settings"] = Value::Array(settings);
    Ok(event)
}
