//! A simulated Bot API. It accepts every message to a known bot immediately and records its arrival time.
//!
//! Like Telegram, it answers 401 for an unknown token, and 429 for more than 20 new tokens a minute.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

/// The secret part of the tokens of known bots.
const SECRET: &str = "AAHk2Lm9-pQ_rStUvWxYz0123456789abcd";
/// The maximum number of new tokens in a minute.
const NEW_TOKENS: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);
/// The maximum time that [`BotApi::settle`] waits.
const SETTLED: Duration = Duration::from_secs(90);

pub fn token(number: usize) -> String {
    format!("{}:{SECRET}", 7_001_002_000 + number)
}

#[derive(Default)]
struct Seen {
    received: HashMap<u64, Instant>,
    tokens: HashSet<String>,
    /// When each of the newest tokens was first used.
    new: VecDeque<Instant>,
    refused: u64,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Seen>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The simulated Bot API. It stops when it is dropped.
pub struct BotApi {
    pub address: SocketAddr,
    seen: Shared,
    task: JoinHandle<()>,
}

impl Drop for BotApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BotApi {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let seen = Shared::default();
        let router = Router::new().fallback(answer).with_state(seen.clone());
        let task = tokio::spawn(async move {
            // The task is aborted when the measurement ends.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, seen, task })
    }

    pub fn received(&self, chat: u64) -> Option<Instant> {
        self.seen.lock().received.get(&chat).copied()
    }

    /// The number of calls that were answered with 429.
    pub fn refused(&self) -> u64 {
        self.seen.lock().refused
    }

    /// Waits until no message has arrived for two seconds, so that the queue is empty or stuck.
    pub async fn settle(&self) {
        let count = || self.seen.lock().received.len();
        let (start, mut before) = (Instant::now(), 0);
        while count() != before && start.elapsed() < SETTLED {
            before = count();
            sleep(Duration::from_secs(2)).await;
        }
    }
}

async fn answer(State(seen): State<Shared>, uri: Uri, body: Bytes) -> (StatusCode, Json<Value>) {
    let now = Instant::now();
    let token = uri.path().strip_prefix("/bot").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let mut seen = seen.lock();
    if !seen.tokens.contains(token) {
        while seen.new.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            seen.new.pop_front();
        }
        if seen.new.len() >= NEW_TOKENS {
            seen.refused += 1;
            let wait = seen.new.front().map_or(MINUTE, |at| MINUTE - now.duration_since(*at)).as_secs() + 1;
            let description = format!("Too Many Requests: retry after {wait}");
            return refusal(StatusCode::TOO_MANY_REQUESTS, &description, json!({ "retry_after": wait }));
        }
        seen.new.push_back(now);
        seen.tokens.insert(token.to_owned());
    }
    if !token.ends_with(SECRET) {
        return refusal(StatusCode::UNAUTHORIZED, "Unauthorized", Value::Null);
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let chat = body["chat_id"].as_u64().or_else(|| body["chat_id"].as_str()?.parse().ok());
    let result = match chat {
        None => json!({ "id": 1, "is_bot": true, "first_name": "B", "username": "b_bot" }),
        Some(chat) => {
            seen.received.entry(chat).or_insert(now);
            json!({ "message_id": 1, "date": 0, "chat": { "id": chat, "type": "private" } })
        }
    };
    (StatusCode::OK, Json(json!({ "ok": true, "result": result })))
}

fn refusal(status: StatusCode, description: &str, parameters: Value) -> (StatusCode, Json<Value>) {
    let mut body = json!({ "ok": false, "error_code": status.as_u16(), "description": description });
    if !parameters.is_null() {
        body["parameters"] = parameters;
    }
    (status, Json(body))
}
