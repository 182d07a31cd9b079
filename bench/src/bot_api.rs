//! A Bot API that takes every message at once, and remembers when it came.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::Result;
use axum::{Json, Router, body::Bytes, extract::State};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

type Received = Arc<Mutex<HashMap<u64, Instant>>>;

/// The played Bot API; it ends when it is dropped.
pub struct BotApi {
    /// Where it listens.
    pub address: SocketAddr,
    received: Received,
    task: JoinHandle<()>,
}

impl Drop for BotApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BotApi {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no port for it.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let received = Received::default();
        let router = Router::new().fallback(answer).with_state(received.clone());
        let task = tokio::spawn(async move {
            // It ends with the measurement.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, received, task })
    }

    /// When the message for a chat came.
    pub fn received(&self, chat: u64) -> Option<Instant> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied()
    }
}

async fn answer(State(received): State<Received>, body: Bytes) -> Json<Value> {
    let now = Instant::now();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let chat = body["chat_id"].as_u64().or_else(|| body["chat_id"].as_str()?.parse().ok());
    let Some(chat) = chat else {
        return Json(
            json!({ "ok": true, "result": { "id": 1, "is_bot": true, "first_name": "B", "username": "b_bot" } }),
        );
    };
    received.lock().unwrap_or_else(PoisonError::into_inner).entry(chat).or_insert(now);
    Json(json!({ "ok": true, "result": { "message_id": 1, "date": 0, "chat": { "id": chat, "type": "private" } } }))
}
