//! Booking bots: the cost of polling the updates of a thousand bots, and how fast the server answers a crowd that
//! presses Start while events arrive.

use std::{
    collections::{HashMap, VecDeque},
    fs,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use axum::{Json, Router, body::Bytes, extract::State, http::Uri};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    net::TcpListener,
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    bot_api::token,
    load::Connection,
    process::{Server, hookgram},
};

/// The number of polled bots.
const BOTS: usize = 1_000;
/// The number of people who press Start at one bot.
const CROWD: i64 = 10_000;
/// How long the idle server is measured.
const WATCHED: Duration = Duration::from_secs(60);
/// The time between two events during the crowd.
const APART: Duration = Duration::from_millis(500);
/// The first chat id of events.
const EVENTS: i64 = 5_000_000;

/// The parts of the Bot API that booking bots use.
#[derive(Clone, Default)]
struct Api(Arc<Shared>);

#[derive(Default)]
struct Shared {
    bots: Mutex<HashMap<String, Bot>>,
    sent: Mutex<HashMap<i64, Instant>>,
    came: Notify,
}

#[derive(Default)]
struct Bot {
    updates: VecDeque<Value>,
    polls: usize,
    most_polls: usize,
}

impl Api {
    async fn start() -> Result<(Self, SocketAddr)> {
        let api = Self::default();
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(api.clone());
        tokio::spawn(async move {
            // The process exits after the measurement.
            let _ = axum::serve(listener, router).await;
        });
        Ok((api, address))
    }

    fn bots(&self) -> MutexGuard<'_, HashMap<String, Bot>> {
        self.0.bots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent(&self) -> MutexGuard<'_, HashMap<i64, Instant>> {
        self.0.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of bots that are being polled, and the maximum number of concurrent calls of one bot.
    fn polled(&self) -> (usize, usize) {
        let bots = self.bots();
        let most = bots.values().map(|bot| bot.most_polls).max().unwrap_or(0);
        (bots.values().filter(|bot| bot.polls > 0).count(), most)
    }

    fn press_start(&self, token: &str, people: std::ops::RangeInclusive<i64>) {
        let mut bots = self.bots();
        let bot = bots.entry(token.to_owned()).or_default();
        for person in people {
            bot.updates.push_back(json!({"update_id": person, "message": {"message_id": person, "date": 0,
                "chat": {"id": person, "type": "private"}, "text": "/start",
                "from": {"id": person, "is_bot": false, "first_name": "Анна", "language_code": "ru"}}}));
        }
        drop(bots);
        self.0.came.notify_waiters();
    }

    async fn updates(&self, token: &str, body: &Value) -> Value {
        let patience = Duration::from_secs(body["timeout"].as_u64().unwrap_or(0));
        let wait = async {
            loop {
                let came = self.0.came.notified();
                if let Some(next) = self.next(token, body["offset"].as_i64()) {
                    return next;
                }
                came.await;
            }
        };
        timeout(patience, wait).await.unwrap_or_else(|_| json!([]))
    }

    fn next(&self, token: &str, offset: Option<i64>) -> Option<Value> {
        let mut bots = self.bots();
        let bot = bots.get_mut(token)?;
        if let Some(offset) = offset {
            bot.updates.retain(|update| update["update_id"].as_i64().is_some_and(|id| id >= offset));
        }
        let next: Vec<Value> = bot.updates.iter().take(100).cloned().collect();
        (!next.is_empty()).then_some(Value::Array(next))
    }
}

async fn answer(State(api): State<Api>, uri: Uri, body: Bytes) -> Json<Value> {
    let path = uri.path().strip_prefix("/bot").unwrap_or_default();
    let (token, method) = path.split_once('/').unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let result = match method {
        "getUpdates" => {
            {
                let mut bots = api.bots();
                let bot = bots.entry(token.to_owned()).or_default();
                bot.polls += 1;
                bot.most_polls = bot.most_polls.max(bot.polls);
            }
            let _polling = Polling { api: &api, token };
            api.updates(token, &body).await
        }
        "getMe" => json!({"id": 1, "is_bot": true, "first_name": "B", "username": "b_bot"}),
        "sendMessage" => {
            let chat = body["chat_id"].as_str().and_then(|chat| chat.parse().ok()).unwrap_or_default();
            api.sent().entry(chat).or_insert_with(Instant::now);
            json!({"message_id": 1, "date": 0, "chat": {"id": chat, "type": "private"}})
        }
        _ => json!(true),
    };
    Json(json!({"ok": true, "result": result}))
}

/// A call of `getUpdates`. It is counted until it is answered or the caller disconnects.
struct Polling<'a> {
    api: &'a Api,
    token: &'a str,
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        if let Some(bot) = self.api.bots().get_mut(self.token) {
            bot.polls = bot.polls.saturating_sub(1);
        }
    }
}

/// Measures a built `hookgram` and prints the figures. Fails if a target is missed.
pub async fn measure(program: &Path) -> Result<()> {
    let (api, address) = Api::start().await?;
    let (idle, _) = polled(program, &api, address, false).await?;
    let (busy, cpu) = polled(program, &api, address, true).await?;
    let more = busy.saturating_sub(idle);
    println!(
        "memory (RSS) with {BOTS} bots: {} MB switched off, {} MB polled: {} MB more (at most 100)",
        mb(idle),
        mb(busy),
        mb(more)
    );
    println!("CPU of the idle server that polls {BOTS} bots: {:.2} % of one core", cpu * 100.0);
    let crowd = crowd(program, &api, address).await?;
    ensure!(more < 100_000_000 && cpu < 0.05 && crowd, "a target is missed");
    Ok(())
}

fn mb(bytes: u64) -> u64 {
    bytes / 1_000_000
}

/// The memory of a server with [`BOTS`] bots, and the share of a core that it uses, with booking bots on or off.
async fn polled(program: &Path, api: &Api, address: SocketAddr, on: bool) -> Result<(u64, f64)> {
    let folder = house(program, address, BOTS, on).await?;
    let server = Server::hookgram(program, folder.path(), address).await?;
    let start = Instant::now();
    while on && api.polled().0 < BOTS {
        ensure!(start.elapsed() < Duration::from_secs(120), "only {} bots are polled", api.polled().0);
        sleep(Duration::from_millis(100)).await;
    }
    if on {
        println!("{BOTS} bots are polled {:.1} s after the start", start.elapsed().as_secs_f64());
        ensure!(api.polled().1 == 1, "a bot has more than one call in flight");
    }
    sleep(Duration::from_secs(5)).await;
    let (before, clock) = (server.cpu()?, Instant::now());
    sleep(WATCHED).await;
    let cpu = (server.cpu()? - before).as_secs_f64() / clock.elapsed().as_secs_f64();
    Ok((server.memory()?.0, cpu))
}

/// [`CROWD`] people press Start at one bot at once, while an event arrives every [`APART`]. Returns whether all targets
/// are met.
async fn crowd(program: &Path, api: &Api, address: SocketAddr) -> Result<bool> {
    let folder = house(program, address, 1, true).await?;
    let path = fs::read_to_string(folder.path().join("paths"))?;
    let server = Server::hookgram(program, folder.path(), address).await?;
    let calm = latencies(&server, api, path.trim(), EVENTS, Duration::from_secs(20)).await?;
    let before = server.memory()?.0;
    let start = Instant::now();
    api.press_start(&token(0), 1..=CROWD);
    let during = latencies(&server, api, path.trim(), EVENTS + 10_000, Duration::from_secs(60)).await?;
    let answered = || api.sent().keys().filter(|chat| (1..=CROWD).contains(*chat)).count();
    let all = usize::try_from(CROWD)?;
    while answered() < all {
        ensure!(start.elapsed() < Duration::from_secs(900), "only {} of {CROWD} are answered", answered());
        sleep(Duration::from_millis(200)).await;
    }
    let took = start.elapsed().as_secs_f64();
    let peak = server.memory()?.1;
    println!(
        "{CROWD} people who press Start are answered in {took:.0} s: {:.1} a second (Telegram takes 30)",
        f64::from(u32::try_from(CROWD)?) / took
    );
    println!("memory (RSS): {} MB before, {} MB at most", mb(before), mb(peak));
    println!(
        "an event's message, median: {:.0} ms calm, {:.0} ms during the crowd; the slowest: {:.0} and {:.0} ms",
        calm.0, during.0, calm.1, during.1
    );
    Ok(peak.saturating_sub(before) < 30_000_000 && during.1 < 1_000.0)
}

/// Posts events for `span`. Returns the median and the maximum time to their messages, in milliseconds.
async fn latencies(server: &Server, api: &Api, path: &str, first: i64, span: Duration) -> Result<(f64, f64)> {
    let mut connection = Connection::open(server.address).await?;
    let mut posted = Vec::new();
    let start = Instant::now();
    for chat in first.. {
        if start.elapsed() > span {
            break;
        }
        let body = json!({"EventType": 3001, "CaseParticipants": [{"ContactInformation":
            {"Fields": [{"Name": "*TelegramId", "Value": chat.to_string()}]}}]})
        .to_string();
        let request = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        posted.push((chat, Instant::now()));
        ensure!(connection.ask(request.as_bytes()).await? == 200, "an event was refused");
        sleep(APART).await;
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut took = Vec::new();
    for (chat, at) in posted {
        let arrived = loop {
            if let Some(arrived) = api.sent().get(&chat) {
                break *arrived;
            }
            ensure!(Instant::now() < deadline, "a message has not arrived");
            sleep(Duration::from_millis(5)).await;
        };
        took.push(arrived.duration_since(at).as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    let median = took.get(took.len() / 2).copied().context("no event")?;
    Ok((median, took.last().copied().unwrap_or_default()))
}

/// A data folder with this many bots, each with a profile and a booking bot. The simulated Telegram accepts all of
/// them.
async fn house(program: &Path, telegram: SocketAddr, bots: usize, on: bool) -> Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix("hookgram-bench-").tempdir()?;
    let services = json!([{"id": "1b5f03ed96001255550ebaa2c51b7d31", "title": "Стрижка"}]);
    let list: Vec<Value> = (0..bots)
        .map(|number| json!({"token": token(number), "booking": {"enabled": on, "settings": {"services": services}}}))
        .collect();
    let profiles: Vec<Value> = (0..bots)
        .map(|number| {
            json!({"name": format!("Профиль {number}"), "telegramToken": token(number), "telegramFieldName": "*TelegramId",
                "message": "Вы записаны", "bareIds": true})
        })
        .collect();
    let file = folder.path().join("profiles.json");
    fs::write(&file, json!({"bots": list, "profiles": profiles}).to_string())?;
    let mut import = hookgram(program, folder.path(), telegram);
    let import = import.args(["profile", "import"]).arg(&file).stderr(Stdio::inherit()).output()?;
    ensure!(import.status.success(), "the bots could not be imported");
    let paths = String::from_utf8(import.stdout)?;
    let first = paths.lines().find_map(|line| line.find("/h/").map(|at| line[at..].trim().to_owned()));
    fs::write(folder.path().join("paths"), first.context("no profile")?)?;
    let options = SqliteConnectOptions::new().filename(folder.path().join("hookgram.db"));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query("UPDATE bots SET answered_at = ?1, username = 'b_bot', state = 'working'")
        .bind(chrono::Utc::now().timestamp_millis())
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(folder)
}
