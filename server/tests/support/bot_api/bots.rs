//! The state of each bot, and how its updates are read (`getUpdates`).

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};

use super::{Refusal, people::Person, refuse, webhooks::Hook};

/// The maximal number of updates in one answer.
const MOST: u64 = 100;
/// An offset that is further ahead of the next update than this is ignored.
const AHEAD: i64 = 10;
const OTHER_READER: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
const HAS_WEBHOOK: &str =
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/// One bot. Tasks that wait for a change of its state subscribe to it.
#[derive(Clone)]
pub struct Bot(pub Arc<watch::Sender<State>>);

pub struct State {
    pub id: i64,
    pub name: String,
    pub username: String,
    pub updates: VecDeque<Value>,
    next_update: i64,
    next_message: i64,
    /// The stored choice of `allowed_updates`; empty for all.
    allowed: Vec<String>,
    /// The number of the newest `getUpdates`. It ends the ones before it.
    reader: u64,
    /// Whether another program reads the updates all the time.
    pub foreign_poller: bool,
    pub polls: usize,
    pub most_polls: usize,
    pub webhook: Option<Hook>,
    /// How often the webhook was replaced.
    pub hook_number: u64,
    /// Whether messages to chats that did not write first are refused.
    pub strict: bool,
    /// People who wrote to the bot in private.
    pub started: HashSet<i64>,
    /// People who wrote in a group with the bot.
    pub met: HashSet<i64>,
    pub blocked: HashSet<i64>,
    /// The messages that the bot has received, by chat and id.
    pub received: HashSet<(i64, i64)>,
    /// By scope and language.
    pub commands: HashMap<(String, String), Vec<(String, String)>>,
    /// By method and language.
    pub descriptions: HashMap<(String, String), String>,
    /// By chat; 0 for the bot's own.
    pub menu_buttons: HashMap<i64, Value>,
}

impl Bot {
    pub fn new(id: i64) -> Self {
        let state = State {
            id,
            name: "Салон".to_owned(),
            username: "salon_bot".to_owned(),
            updates: VecDeque::new(),
            next_update: 100,
            next_message: 1,
            allowed: Vec::new(),
            reader: 0,
            foreign_poller: false,
            polls: 0,
            most_polls: 0,
            webhook: None,
            hook_number: 0,
            strict: false,
            started: HashSet::new(),
            met: HashSet::new(),
            blocked: HashSet::new(),
            received: HashSet::new(),
            commands: HashMap::new(),
            descriptions: HashMap::new(),
            menu_buttons: HashMap::new(),
        };
        Self(Arc::new(watch::Sender::new(state)))
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut result = None;
        self.0.send_modify(|state| result = Some(change(state)));
        result.unwrap()
    }

    pub fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Returns the waiting updates, up to the limit; if there are none, waits for the next ones until the timeout.
    pub async fn get_updates(&self, body: &Value) -> Result<Value, Refusal> {
        let mine = self.change(|state| {
            if let Some(offset) = body["offset"].as_i64() {
                state.confirm(offset);
            }
            state.allow(body);
            state.reader += 1;
            state.polls += 1;
            state.most_polls = state.most_polls.max(state.polls);
            state.reader
        });
        let _poll = Poll(self);
        let patience = Duration::from_secs(body["timeout"].as_u64().unwrap_or(0));
        let mut changes = self.0.subscribe();
        let has_end = |state: &State| !state.updates.is_empty() || state.conflict(mine).is_some();
        let _ = timeout(patience, changes.wait_for(has_end)).await;
        self.read(|state| match state.conflict(mine) {
            Some(conflict) => Err(refuse(409, conflict)),
            None => {
                let limit = body["limit"].as_u64().unwrap_or(MOST).clamp(1, MOST);
                Ok(state.updates.iter().take(limit.try_into().unwrap()).cloned().collect())
            }
        })
    }
}

/// A `getUpdates` in flight. It ends when the answer is made or the caller has disconnected.
struct Poll<'a>(&'a Bot);

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.polls -= 1);
    }
}

impl State {
    /// Returns why updates cannot be read at all.
    pub fn unreadable(&self) -> Option<&'static str> {
        match &self.webhook {
            Some(_) => Some(HAS_WEBHOOK),
            None => self.foreign_poller.then_some(OTHER_READER),
        }
    }

    /// Returns the conflict that ends the `getUpdates` with this number, if there is one.
    fn conflict(&self, reader: u64) -> Option<&'static str> {
        match &self.webhook {
            Some(_) => Some("Conflict: terminated by setWebhook request"),
            None => (self.foreign_poller || self.reader != reader).then_some(OTHER_READER),
        }
    }

    /// Stores the choice of updates if a call has one.
    pub fn allow(&mut self, body: &Value) {
        if let Some(allowed) = body["allowed_updates"].as_array() {
            self.allowed = allowed.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
        }
    }

    /// Sets or removes the webhook. Deliveries to the previous one end.
    pub fn replace_webhook(&mut self, webhook: Option<Hook>) {
        self.webhook = webhook;
        self.hook_number += 1;
    }

    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(-offset).unwrap();
            self.updates.drain(..self.updates.len().saturating_sub(keep));
        } else if offset <= self.next_update + AHEAD {
            self.updates.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
        }
    }

    /// Adds an update, if its kind is allowed.
    pub fn push(&mut self, kind: &str, content: Value) {
        if kind == "message" {
            self.remember(&content);
        }
        if self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == kind) {
            let mut update = json!({"update_id": self.next_update});
            update[kind] = content;
            self.next_update += 1;
            self.updates.push_back(update);
        }
    }

    fn remember(&mut self, message: &Value) {
        let chat = message["chat"]["id"].as_i64();
        if let (Some(chat), Some(id)) = (chat, message["message_id"].as_i64()) {
            self.received.insert((chat, id));
        }
        match chat {
            Some(chat) if chat > 0 => self.started.insert(chat),
            _ => message["from"]["id"].as_i64().is_some_and(|from| self.met.insert(from)),
        };
    }

    /// Later updates have ids from this one on.
    pub fn restart_ids(&mut self, first: i64) {
        assert!(self.updates.is_empty(), "ids restart after a week without updates");
        self.next_update = first;
    }

    /// Returns a message with the next id.
    pub fn message(&mut self, chat: &Value, from: &Value, text: &str) -> Value {
        let id = self.next_message;
        self.next_message += 1;
        json!({"message_id": id, "date": now(), "chat": chat, "from": from, "text": text})
    }

    /// Returns the person's change of the bot's membership in their private chat.
    pub fn membership(&mut self, person: &Person, before: &str, after: &str) {
        let bot = json!({"id": self.id, "is_bot": true, "first_name": self.name, "username": self.username});
        let member = |status: &str| json!({"status": status, "user": bot});
        let content = json!({"chat": person.chat(), "from": person.user(), "date": now(),
            "old_chat_member": member(before), "new_chat_member": member(after)});
        self.push("my_chat_member", content);
    }
}

/// Returns the seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
