//! The event that is posted: the reference where it is at hand, else one of the same size and shape.

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// A chat id in the event that is replaced before each request; as long as every id that replaces it.
const CHAT: &str = "1234567890";
/// Bytes of the reference event.
const SIZE: usize = 90_955;

/// What is posted.
pub struct Event {
    /// As it came: indented.
    pub pretty: String,
    /// Without any white space between its values.
    pub minified: String,
    /// Whether it is the reference.
    pub is_reference: bool,
}

impl Event {
    /// The event in `$HOOKGRAM_REFERENCE`, else beside the workspace, else our own.
    ///
    /// # Errors
    /// If what lies there is no JSON.
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

    /// Where in the minified event the chat's id stands.
    ///
    /// # Errors
    /// If it is not there exactly once.
    pub fn chat_at(&self) -> Result<usize> {
        let mut places = self.minified.match_indices(CHAT);
        let (at, _) = places.next().context("the chat's id is not in the event")?;
        anyhow::ensure!(places.next().is_none(), "the chat's id is in the event twice");
        Ok(at)
    }
}

/// The tests' own event among much that no message needs, as the booking service sends it.
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
