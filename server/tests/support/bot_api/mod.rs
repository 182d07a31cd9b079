//! The simulated Bot API: real HTTP, answering like Telegram, by a script, or by Telegram's own rules.
//!
//! Each bot has its own state, by the number before the `:` of its token.

mod appearance;
mod bots;
mod messages;
mod people;
mod webhooks;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
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

use self::bots::Bot;
use super::{eventually, limits::Limits};

/// The reaction of the simulated Bot API to a request.
#[derive(Clone, Debug)]
pub enum Play {
    /// Answers like Telegram.
    Ok,
    /// Refuses like Telegram, with `parameters`.
    Refuse(u16, &'static str, Value),
    /// Refuses with 429, this description and this `Retry-After`, without `parameters`.
    Wait(&'static str, Option<u64>),
    /// Answers like a broken proxy.
    Html(u16),
    /// Reads the request, then closes the connection.
    HangUp,
    /// Reads the request and never answers.
    Hold,
    /// Reads the request and answers like Telegram once this is notified.
    Late(Arc<Notify>),
}

/// A request that the simulated Bot API has read.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The part of the path before `/bot`, which distinguishes clients with different base URLs.
    pub via: String,
    pub token: String,
    pub method: String,
    pub body: Value,
    /// The body as it was received.
    pub raw: String,
    /// Whether the request was answered with success.
    pub taken: bool,
}

/// The reactions to the next calls, by their method.
type Script = VecDeque<(&'static str, Play)>;

pub struct BotApi {
    pub address: SocketAddr,
    stage: Arc<Stage>,
    task: Mutex<JoinHandle<()>>,
}

#[derive(Default)]
struct Stage {
    script: Mutex<Script>,
    /// The number of new connections to close before anything is read.
    slammed: Mutex<usize>,
    asked: Mutex<Vec<Asked>>,
    count: watch::Sender<usize>,
    /// `None` means that every token is known.
    tokens: Mutex<Option<HashSet<String>>>,
    limits: Mutex<Option<Limits>>,
    reads_html: Mutex<bool>,
    allows_http_webhooks: Mutex<bool>,
    bots: Mutex<HashMap<i64, Bot>>,
    /// The number of calls of each method that were read, and that were answered with success.
    counts: Mutex<BTreeMap<String, (usize, usize)>>,
    forgets_bodies: Mutex<bool>,
}

/// A refusal by Telegram: the code, the description, the parameters.
#[derive(Clone, Debug)]
pub struct Refusal(u16, String, Value);

fn refuse(code: u16, description: &str) -> Refusal {
    Refusal(code, description.to_owned(), Value::Null)
}

fn wait(seconds: u64) -> Refusal {
    Refusal(429, format!("Too Many Requests: retry after {seconds}"), json!({"retry_after": seconds}))
}

impl Drop for BotApi {
    fn drop(&mut self) {
        lock(&self.task).abort();
        for bot in lock(&self.stage.bots).values() {
            bot.change(|state| state.replace_webhook(None));
        }
    }
}

impl BotApi {
    /// The id of the bot of the tests' token.
    pub const BOT: i64 = 7_001_002_003;

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

    /// Closes every connection and refuses new ones.
    pub async fn down(&self) {
        lock(&self.task).abort();
        eventually("the Bot API to be gone", async || TcpStream::connect(self.address).await.is_err()).await;
    }

    /// Listens again at the same address.
    pub async fn up(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        *lock(&self.task) = tokio::spawn(listen(listener, self.stage.clone()));
    }

    /// Sets the reactions to the next calls of `sendMessage`; afterwards they are answered like Telegram does.
    pub fn next(&self, plays: impl IntoIterator<Item = Play>) {
        self.next_of("sendMessage", plays);
    }

    /// Sets the reactions to the next calls of another method.
    pub fn next_of(&self, method: &'static str, plays: impl IntoIterator<Item = Play>) {
        lock(&self.stage.script).extend(plays.into_iter().map(|play| (method, play)));
    }

    /// Closes the next connections before anything is read.
    pub fn slam(&self, connections: usize) {
        *lock(&self.stage.slammed) += connections;
    }

    /// Knows only these tokens from now on, and refuses others.
    pub fn know(&self, tokens: impl IntoIterator<Item = &'static str>) {
        *lock(&self.stage.tokens) = Some(tokens.into_iter().map(str::to_owned).collect());
    }

    /// Enforces Telegram's limits from now on.
    pub fn limit(&self) {
        *lock(&self.stage.limits) = Some(Limits::default());
    }

    /// Returns how often a limit was exceeded.
    pub fn overstepped(&self) -> usize {
        lock(&self.stage.limits).as_ref().map_or(0, Limits::overstepped)
    }

    /// Refuses texts that Telegram would refuse, from now on.
    pub fn read_html(&self) {
        *lock(&self.stage.reads_html) = true;
    }

    /// Lets webhooks have any scheme, port and host.
    pub fn allow_http_webhooks(&self) {
        *lock(&self.stage.allows_http_webhooks) = true;
    }

    /// Keeps only the numbers of calls from now on, not their bodies.
    pub fn forget_bodies(&self) {
        *lock(&self.stage.forgets_bodies) = true;
        lock(&self.stage.asked).clear();
    }

    /// Returns how many calls of a method were read.
    pub fn calls_of(&self, method: &str) -> usize {
        lock(&self.stage.counts).get(method).map_or(0, |(read, _)| *read)
    }

    /// Returns how many calls of a method were answered with success.
    pub fn taken_of(&self, method: &str) -> usize {
        lock(&self.stage.counts).get(method).map_or(0, |(_, taken)| *taken)
    }

    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.stage.asked).clone()
    }

    /// Returns the bodies of all calls that send a message.
    pub fn messages(&self) -> Vec<Value> {
        self.asked().into_iter().filter(|asked| asked.method == "sendMessage").map(|asked| asked.body).collect()
    }

    /// Returns the texts of the messages that were answered with success.
    pub fn texts(&self) -> Vec<String> {
        let taken = self.asked().into_iter().filter(|asked| asked.method == "sendMessage" && asked.taken);
        taken.filter_map(|asked| asked.body["text"].as_str().map(str::to_owned)).collect()
    }

    pub async fn wait_for_messages(&self, count: usize) {
        eventually("messages at the Bot API", async || self.calls_of("sendMessage") >= count).await;
    }

    pub async fn wait_for_texts(&self, count: usize) {
        eventually("messages taken by the Bot API", async || self.taken_of("sendMessage") >= count).await;
    }

    /// Returns once this many calls of any kind have been read.
    pub async fn wait_for_calls(&self, count: usize) {
        self.stage.count.subscribe().wait_for(|calls| *calls >= count).await.unwrap();
    }
}

/// Serves until it is aborted, which also closes every connection.
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
    let bot = stage.bot(token);
    let judged = if play.is_some() { Ok(()) } else { stage.judge(&bot, token, method, &body) };
    let taken = judged.is_ok() && matches!(play, None | Some(Play::Ok | Play::Late(_)));
    if !*lock(&stage.forgets_bodies) {
        lock(&stage.asked).push(Asked {
            via: via.to_owned(),
            token: token.to_owned(),
            method: method.to_owned(),
            body: body.clone(),
            raw: String::from_utf8_lossy(&bytes).into_owned(),
            taken,
        });
    }
    {
        let mut counts = lock(&stage.counts);
        let (read, successes) = counts.entry(method.to_owned()).or_default();
        *read += 1;
        *successes += usize::from(taken);
    }
    stage.count.send_modify(|count| *count += 1);
    if let Err(refused) = judged {
        return Ok(refusal(refused));
    }
    match play.unwrap_or(Play::Ok) {
        Play::Late(ring) => {
            ring.notified().await;
            Ok(perform(&bot, method, &body).await)
        }
        Play::Ok => Ok(perform(&bot, method, &body).await),
        Play::Refuse(code, description, parameters) => Ok(refusal(Refusal(code, description.to_owned(), parameters))),
        Play::Wait(description, seconds) => {
            let mut response = refusal(Refusal(429, description.to_owned(), Value::Null));
            if let Some(seconds) = seconds {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
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
    fn bot(&self, token: &str) -> Bot {
        let (number, _) = token.split_once(':').unwrap_or_default();
        self.bot_by_id(number.parse().unwrap_or_default())
    }

    fn bot_by_id(&self, id: i64) -> Bot {
        lock(&self.bots).entry(id).or_insert_with(|| Bot::new(id)).clone()
    }

    /// Checks a call by Telegram's own rules.
    fn judge(&self, bot: &Bot, token: &str, method: &str, body: &Value) -> Result<(), Refusal> {
        if let Some(limits) = lock(&self.limits).as_mut() {
            limits.admit_bot(token, Instant::now()).map_err(wait)?;
        }
        if lock(&self.tokens).as_ref().is_some_and(|known| !known.contains(token)) {
            return Err(refuse(401, "Unauthorized"));
        }
        if let Some(key) = null_key(body) {
            return Err(refuse(400, &format!("Bad Request: {key} is the text \"null\"")));
        }
        match method {
            "getMe" | "getWebhookInfo" | "deleteWebhook" => Ok(()),
            "getUpdates" => bot.read(|state| state.unreadable().map_or(Ok(()), |why| Err(refuse(409, why)))),
            "setWebhook" => webhooks::judge(body, *lock(&self.allows_http_webhooks)),
            "sendMessage" => {
                if *lock(&self.reads_html) {
                    messages::judge_text(body)?;
                }
                messages::judge_keyboard(body)?;
                self.judge_message(bot, token, body)
            }
            "forwardMessage" => {
                bot.read(|state| messages::judge_source(state, body))?;
                self.judge_message(bot, token, body)
            }
            "setMyCommands"
            | "deleteMyCommands"
            | "setMyDescription"
            | "setMyShortDescription"
            | "setChatMenuButton" => appearance::judge(method, body),
            _ => Err(refuse(404, "Not Found: method not found")),
        }
    }

    fn judge_message(&self, bot: &Bot, token: &str, body: &Value) -> Result<(), Refusal> {
        bot.read(|state| messages::judge_chat(state, body))?;
        let chat = body["chat_id"].as_i64().map(|chat| chat.to_string());
        let chat = chat.as_deref().or(body["chat_id"].as_str()).unwrap_or_default();
        let waits = lock(&self.limits).as_mut().and_then(|limits| limits.admit(token, chat, Instant::now()).err());
        waits.map_or(Ok(()), |seconds| Err(wait(seconds)))
    }
}

/// Returns a key whose value is null, which Telegram would take for the text "null".
fn null_key(body: &Value) -> Option<&str> {
    body.as_object()?.iter().find(|(_, value)| value.is_null()).map(|(key, _)| key.as_str())
}

/// Performs a call that was not refused.
async fn perform(bot: &Bot, method: &str, body: &Value) -> Response<Body> {
    let result = match method {
        "getUpdates" => match bot.get_updates(body).await {
            Ok(updates) => updates,
            Err(refused) => return refusal(refused),
        },
        "getMe" => bot.read(
            |state| json!({"id": state.id, "is_bot": true, "first_name": state.name, "username": state.username}),
        ),
        "getWebhookInfo" => bot.read(webhooks::info),
        "setWebhook" => {
            webhooks::set(bot, body);
            true.into()
        }
        "deleteWebhook" => {
            webhooks::set(bot, &json!({"drop_pending_updates": body["drop_pending_updates"]}));
            true.into()
        }
        "sendMessage" | "forwardMessage" => messages::sent(body),
        _ => {
            bot.change(|state| appearance::change(state, method, body));
            true.into()
        }
    };
    reply(200, json!({"ok": true, "result": result}))
}

fn refusal(Refusal(code, description, parameters): Refusal) -> Response<Body> {
    let wait = parameters["retry_after"].as_u64();
    let mut value = json!({"ok": false, "error_code": code, "description": description});
    // Telegram leaves the key out if there are no parameters.
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
