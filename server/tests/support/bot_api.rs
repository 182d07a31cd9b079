//! The played Bot API: real HTTP, answering like Telegram, by a script, or by Telegram's own rules.

use std::{
    collections::{HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

use super::{eventually, limits::Limits, telegram};

/// What the played Bot API does with a request.
#[derive(Clone, Debug)]
pub enum Play {
    /// Answers like Telegram.
    Ok,
    /// Refuses like Telegram, with `parameters`.
    Refuse(u16, &'static str, Value),
    /// Answers like a proxy that is out of order.
    Html(u16),
    /// Reads the request, then ends the connection.
    HangUp,
    /// Reads the request and never answers.
    Hold,
    /// Reads the request and answers like Telegram once this is rung.
    Late(Arc<Notify>),
}

/// A request that the played Bot API has read.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What stood in the path before `/bot`: tells clients with different base URLs apart.
    pub via: String,
    pub token: String,
    pub method: String,
    pub body: Value,
    /// The body as it came.
    pub raw: String,
    /// Whether it was answered with success.
    pub taken: bool,
}

/// What is to be done with the next calls, by their method.
type Script = VecDeque<(&'static str, Play)>;

/// The played Bot API.
pub struct BotApi {
    pub address: SocketAddr,
    stage: Arc<Stage>,
    task: Mutex<JoinHandle<()>>,
}

#[derive(Default)]
struct Stage {
    script: Mutex<Script>,
    /// New connections to end before anything is read.
    slammed: Mutex<usize>,
    asked: Mutex<Vec<Asked>>,
    count: watch::Sender<usize>,
    /// `None`: every token is known.
    tokens: Mutex<Option<HashSet<String>>>,
    limits: Mutex<Option<Limits>>,
    reads_html: Mutex<bool>,
    /// What was written to the bot and has not been confirmed; it rings when more comes.
    updates: watch::Sender<Vec<Value>>,
    /// The address of the bot's webhook; empty for none.
    webhook: Mutex<String>,
}

impl Drop for BotApi {
    fn drop(&mut self) {
        lock(&self.task).abort();
    }
}

impl BotApi {
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stage = Arc::<Stage>::default();
        let task = Mutex::new(tokio::spawn(listen(listener, stage.clone())));
        Self { address, stage, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Goes away: every connection ends, new ones are refused.
    pub async fn down(&self) {
        lock(&self.task).abort();
        eventually("the Bot API to be gone", async || TcpStream::connect(self.address).await.is_err()).await;
    }

    /// Comes back at the same address.
    pub async fn up(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        *lock(&self.task) = tokio::spawn(listen(listener, self.stage.clone()));
    }

    /// What it does with the next calls of `sendMessage`; afterwards it answers them like Telegram.
    pub fn next(&self, plays: impl IntoIterator<Item = Play>) {
        self.next_of("sendMessage", plays);
    }

    /// The same for the next calls of another method.
    pub fn next_of(&self, method: &'static str, plays: impl IntoIterator<Item = Play>) {
        lock(&self.stage.script).extend(plays.into_iter().map(|play| (method, play)));
    }

    /// Ends the next connections before anything is read.
    pub fn slam(&self, connections: usize) {
        *lock(&self.stage.slammed) += connections;
    }

    /// Refuses every other token from now on.
    pub fn know(&self, tokens: impl IntoIterator<Item = &'static str>) {
        *lock(&self.stage.tokens) = Some(tokens.into_iter().map(str::to_owned).collect());
    }

    /// Holds callers to Telegram's limits from now on.
    pub fn limit(&self) {
        *lock(&self.stage.limits) = Some(Limits::default());
    }

    /// How often a limit was overstepped.
    pub fn overstepped(&self) -> usize {
        lock(&self.stage.limits).as_ref().map_or(0, Limits::overstepped)
    }

    /// Refuses texts that Telegram would refuse, from now on.
    pub fn read_html(&self) {
        *lock(&self.stage.reads_html) = true;
    }

    /// Writes to the bot: whoever asks for updates gets them, until they are confirmed.
    pub fn write(&self, messages: impl IntoIterator<Item = Value>) {
        self.stage.updates.send_modify(|updates| {
            for message in messages {
                let id = updates.last().map_or(100, |last| last["update_id"].as_i64().unwrap() + 1);
                updates.push(json!({"update_id": id, "message": message}));
            }
        });
    }

    /// What was written to the bot and has not been confirmed.
    pub fn unread(&self) -> usize {
        self.stage.updates.borrow().len()
    }

    /// Gives the bot a webhook, or takes it away.
    pub fn set_webhook(&self, url: &str) {
        url.clone_into(&mut lock(&self.stage.webhook));
    }

    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.stage.asked).clone()
    }

    /// The bodies of the messages that were asked to be sent.
    pub fn messages(&self) -> Vec<Value> {
        self.asked().into_iter().filter(|asked| asked.method == "sendMessage").map(|asked| asked.body).collect()
    }

    /// The texts of those that were taken.
    pub fn texts(&self) -> Vec<String> {
        let taken = self.asked().into_iter().filter(|asked| asked.method == "sendMessage" && asked.taken);
        taken.filter_map(|asked| asked.body["text"].as_str().map(str::to_owned)).collect()
    }

    pub async fn wait_for_messages(&self, count: usize) {
        eventually("messages at the Bot API", async || self.messages().len() >= count).await;
    }

    pub async fn wait_for_texts(&self, count: usize) {
        eventually("messages taken by the Bot API", async || self.texts().len() >= count).await;
    }

    /// Returns at the moment when so many calls of any kind have been read.
    pub async fn wait_for_calls(&self, count: usize) {
        self.stage.count.subscribe().wait_for(|calls| *calls >= count).await.unwrap();
    }
}

/// Serves until it is aborted; then every connection ends too.
async fn listen(listener: TcpListener, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        while connections.try_join_next().is_some() {}
        {
            let mut slammed = lock(&stage.slammed);
            if *slammed > 0 {
                *slammed -= 1;
                continue;
            }
        }
        let stage = stage.clone();
        let service = service_fn(move |request| play(request, stage.clone()));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn play(request: Request<Incoming>, stage: Arc<Stage>) -> Result<Response<Body>, io::Error> {
    let path = request.uri().path().to_owned();
    let (via, call) = path.split_once("/bot").unwrap_or(("", ""));
    let (token, method) = call.split_once('/').unwrap_or(("", ""));
    let bytes = to_bytes(Body::new(request.into_body()), 1 << 20).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let play = {
        let mut script = lock(&stage.script);
        let next = script.iter().position(|(of, _)| *of == method);
        next.and_then(|at| script.remove(at)).map(|(_, play)| play)
    };
    let play = play.unwrap_or_else(|| stage.judge(token, method, &body));
    let taken = matches!(play, Play::Ok | Play::Late(_));
    lock(&stage.asked).push(Asked {
        via: via.to_owned(),
        token: token.to_owned(),
        method: method.to_owned(),
        body: body.clone(),
        raw: String::from_utf8_lossy(&bytes).into_owned(),
        taken,
    });
    stage.count.send_modify(|count| *count += 1);
    match play {
        Play::Late(ring) => {
            ring.notified().await;
            Ok(success(method, &body))
        }
        Play::Ok if method == "getUpdates" => Ok(stage.updates(&body).await),
        Play::Ok if method == "getWebhookInfo" => Ok(stage.webhook_info()),
        Play::Ok => Ok(success(method, &body)),
        Play::Refuse(code, description, parameters) => Ok(refusal(code, description, parameters)),
        Play::Html(status) => {
            let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n";
            let builder = Response::builder().status(status).header(header::CONTENT_TYPE, "text/html");
            Ok(builder.body(Body::from(page)).unwrap())
        }
        Play::HangUp => Err(io::Error::other("hung up")),
        Play::Hold => std::future::pending().await,
    }
}

impl Stage {
    /// What Telegram's own rules make of a call.
    fn judge(&self, token: &str, method: &str, body: &Value) -> Play {
        if lock(&self.tokens).as_ref().is_some_and(|known| !known.contains(token)) {
            return Play::Refuse(401, "Unauthorized", Value::Null);
        }
        if method == "getUpdates" && !lock(&self.webhook).is_empty() {
            let why = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                       webhook first";
            return Play::Refuse(409, why, Value::Null);
        }
        if method != "sendMessage" {
            return Play::Ok;
        }
        if *lock(&self.reads_html)
            && let Err(description) = read(body)
        {
            return Play::Refuse(400, description, Value::Null);
        }
        let chat = body["chat_id"].as_str().unwrap_or_default();
        let wait = lock(&self.limits).as_mut().and_then(|limits| limits.admit(token, chat, Instant::now()).err());
        match wait {
            Some(seconds) => Play::Refuse(429, "Too Many Requests: retry later", json!({"retry_after": seconds})),
            None => Play::Ok,
        }
    }
}

impl Stage {
    /// What waits, up to the limit; where nothing does, the next that comes in time.
    async fn updates(&self, body: &Value) -> Response<Body> {
        if let Some(offset) = body["offset"].as_i64() {
            let confirmed = |update: &Value| update["update_id"].as_i64().unwrap() < offset;
            self.updates.send_modify(|updates| updates.retain(|update| !confirmed(update)));
        }
        let patience = Duration::from_secs(body["timeout"].as_u64().unwrap_or(0));
        let mut coming = self.updates.subscribe();
        let _ = tokio::time::timeout(patience, coming.wait_for(|updates| !updates.is_empty())).await;
        let limit = body["limit"].as_u64().unwrap_or(100).min(100);
        let updates: Vec<Value> = self.updates.borrow().iter().take(limit.try_into().unwrap()).cloned().collect();
        reply(200, json!({"ok": true, "result": updates}))
    }

    fn webhook_info(&self) -> Response<Body> {
        let url = lock(&self.webhook).clone();
        let pending = self.updates.borrow().len();
        reply(
            200,
            json!({"ok": true, "result": {"url": url, "has_custom_certificate": false,
            "pending_update_count": pending}}),
        )
    }
}

/// Telegram's judgement of a message's text, by a reader of its HTML that is not the product's.
fn read(body: &Value) -> Result<(), &'static str> {
    let text = body["text"].as_str().unwrap_or_default();
    let read = match body.get("parse_mode").and_then(Value::as_str) {
        Some("HTML") => telegram::arrive(text).map(drop),
        _ if text.trim().is_empty() => Err("message text is empty".to_owned()),
        _ if text.encode_utf16().count() > 4096 => Err("message is too long".to_owned()),
        _ => Ok(()),
    };
    read.map_err(|error| match error.as_str() {
        "text is too long" => "Bad Request: text is too long",
        "message is too long" => "Bad Request: message is too long",
        "message text is empty" => "Bad Request: message text is empty",
        _ => "Bad Request: can't parse entities: at byte offset 0",
    })
}

fn success(method: &str, body: &Value) -> Response<Body> {
    let result = match method {
        "getMe" => json!({"id": 1, "first_name": "Салон", "username": "salon_bot"}),
        _ => json!({"message_id": 7, "chat": {"id": body["chat_id"]}}),
    };
    reply(200, json!({"ok": true, "result": result}))
}

fn refusal(code: u16, description: &str, parameters: Value) -> Response<Body> {
    let wait = parameters["retry_after"].as_u64();
    let mut value = json!({"ok": false, "error_code": code, "description": description});
    // Telegram leaves the key out where there is nothing to say.
    if !parameters.is_null() {
        value["parameters"] = parameters;
    }
    let mut response = reply(code, value);
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn reply(status: u16, value: Value) -> Response<Body> {
    let builder = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    builder.body(Body::from(value.to_string())).unwrap()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
