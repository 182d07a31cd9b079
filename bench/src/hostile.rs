//! Attacks on a server during legitimate load. Each latency is compared with the latency without the attack, in the
//! same run.

mod connections;
mod crowd;
mod rendering;
mod storage;
mod strangers;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::{Ipv4Addr, SocketAddr},
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    bot_api::BotApi,
    event::Event,
    figures::House,
    load::Connection,
    process::Server,
    table::{self, Row, milliseconds},
};

/// The attacks. Each can be measured alone.
const NAMES: [&str; 5] = ["crowd", "strangers", "rendering", "storage", "connections"];
/// A hostile request without an answer after this time counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(20);

/// Measures the named attacks (all if there are no names) and prints their rows. If an attack cannot be measured, the
/// others are still printed.
pub async fn measure(program: &Path, telegram: &BotApi, event: &Event, names: &[&str]) -> Result<Vec<Row>> {
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(name)) {
        bail!("there is no attack `{unknown}`; there are {}", NAMES.join(", "));
    }
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for name in NAMES.into_iter().filter(|name| names.is_empty() || names.contains(name)) {
        println!("{name}:");
        let measured = match name {
            "crowd" => crowd::measure(program, telegram, event).await,
            "strangers" => strangers::measure(program, telegram, event).await,
            "rendering" => rendering::measure(program, telegram, event).await,
            "storage" => storage::measure(program, telegram).await,
            _ => connections::measure(program, telegram, event).await,
        };
        match measured {
            Ok(measured) => {
                table::print(&measured);
                rows.extend(measured);
            }
            Err(error) => {
                eprintln!("{name}: {error:#}");
                failed.push(name);
            }
        }
    }
    println!("the Bot API has answered 429 to {} calls", telegram.refused());
    ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(rows)
}

/// Measures only the attacks. Without names, it also writes their section of the documents. Fails if a target is
/// missed.
pub async fn alone(program: &Path, documents: &Path, names: &[&str]) -> Result<()> {
    let telegram = BotApi::start().await?;
    let rows = measure(program, &telegram, &Event::find()?, names).await?;
    if names.is_empty() {
        table::write_hostile(documents, &rows)?;
    }
    let missed = rows.iter().filter(|row| !row.is_met).count();
    ensure!(missed == 0, "{missed} of {} targets are missed", rows.len());
    Ok(())
}

/// Starts a server with these settings. It trusts the `X-Forwarded-For` header of this machine.
async fn start_server(program: &Path, house: &House, telegram: &BotApi, settings: &[(&str, &str)]) -> Result<Server> {
    let adjust = |command: &mut std::process::Command| {
        command.env("HOOKGRAM_TRUSTED_PROXIES", "127.0.0.1").envs(settings.iter().copied());
    };
    Server::hookgram_with(program, &house.path(), telegram.address, adjust).await
}

/// The number of requests by kind and outcome. An outcome is a status, `closed` for a connection that ended without
/// one, or `held` for a connection that stayed open until the end.
#[derive(Debug, Default)]
struct Answers(BTreeMap<(&'static str, String), u32>);

impl Answers {
    fn count(&mut self, kind: &'static str, outcome: String) {
        *self.0.entry((kind, outcome)).or_default() += 1;
    }

    fn print(&self) {
        for ((kind, outcome), count) in &self.0 {
            println!("{count:6} {kind}: {outcome}");
        }
    }

    fn of(&self, outcome: &str) -> u32 {
        self.0.iter().filter(|((_, other), _)| other == outcome).map(|(_, count)| count).sum()
    }

    /// The row with the counts. The target is met if each request was accepted, refused for a fault of its own, or
    /// asked to retry.
    fn row(&self, what: [&str; 2]) -> Row {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for ((_, outcome), count) in &self.0 {
            *counts.entry(outcome).or_default() += count;
        }
        let figure = counts.iter().fold(String::new(), |mut figure, (outcome, count)| {
            let comma = if figure.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(figure, "{comma}{outcome}: {count}");
            figure
        });
        let allowed = ["200", "413", "429", "503"];
        let is_met = counts.keys().all(|outcome| allowed.contains(outcome));
        plain(what, figure, ["только 200, 413, 429, 503", "only 200, 413, 429, 503"], is_met)
    }
}

/// Compares a latency during an attack with the calm latency. `most` is the maximum ratio.
fn under_attack<S: Into<String>>(what: [S; 2], attacked: Duration, calm: Duration, most: f64) -> Row {
    let times = attacked.as_secs_f64() / calm.as_secs_f64();
    let (attacked, calm) = (milliseconds(&attacked), milliseconds(&calm));
    Row {
        what: what.map(Into::into),
        figure: format!("≤ {attacked} = {times:.2} ×"),
        beside: [format!("без них: {calm}"), format!("without them: {calm}")],
        aim: ["", ""].map(|_| format!("≤ {most} ×")),
        is_met: times <= most,
    }
}

fn plain<S: Into<String>>(what: [S; 2], figure: String, aim: [&str; 2], is_met: bool) -> Row {
    Row {
        what: what.map(Into::into), figure, beside: ["—", "—"].map(String::from), aim: aim.map(String::from), is_met
    }
}

/// Runs the attackers on a separate thread that uses only idle cores. They represent other machines, whose computation
/// would not delay the legitimate events.
async fn apart<T, F>(attackers: impl FnOnce() -> F + Send + 'static) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>>,
{
    let (done, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name("attackers".to_owned()).spawn(move || {
        stand_back();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let came = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(attackers()));
        // The receiver is gone if the measurement failed.
        let _ = done.send(came);
    });
    thread.context("cannot start a thread")?;
    result.await.context("the attackers are gone")?
}

/// Lowers the thread's priority, so that it uses only idle cores.
fn stand_back() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{NormalThreadSchedulePolicy::Idle, ThreadPriority::Min, ThreadSchedulePolicy::Normal};
        let here = thread_priority::thread_native_id();
        if let Err(error) = thread_priority::set_thread_priority_and_policy(here, Min, Normal(Idle)) {
            eprintln!("the attackers take cores like any other: {error}");
        }
    }
}

/// Numbered requests over persistent connections.
struct Attack {
    address: SocketAddr,
    numbers: Range<u32>,
    at_once: u32,
    /// How long each connection pauses after an answer.
    pause: Duration,
    /// Stops the attack early.
    end: Arc<AtomicBool>,
}

impl Attack {
    /// Sends all requests. `request` creates a request from its number and returns it with the kind under which it is
    /// counted.
    async fn run(self, request: impl Fn(u32) -> (&'static str, Vec<u8>) + Clone + Send + 'static) -> Result<Answers> {
        let next = Arc::new(AtomicU32::new(self.numbers.start));
        apart(async move || {
            let mut attackers = JoinSet::new();
            for _ in 0..self.at_once {
                let (next, end, request) = (next.clone(), self.end.clone(), request.clone());
                attackers.spawn(async move {
                    let (mut answers, mut kept) = (Vec::new(), None);
                    while !end.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= self.numbers.end {
                            break;
                        }
                        let (kind, bytes) = request(number);
                        let outcome = timeout(PATIENCE, ask(&mut kept, self.address, &bytes)).await;
                        answers.push((kind, outcome.unwrap_or_else(|_| "no answer".to_owned())));
                        sleep(self.pause).await;
                    }
                    answers
                });
            }
            let mut answers = Answers::default();
            while let Some(done) = attackers.join_next().await {
                for (kind, outcome) in done? {
                    answers.count(kind, outcome);
                }
            }
            Ok(answers)
        })
        .await
    }
}

/// Sends a request over the persistent connection, or over a new one if it was closed.
async fn ask(kept: &mut Option<Connection>, address: SocketAddr, request: &[u8]) -> String {
    if let Some(mut connection) = kept.take()
        && let Ok(status) = connection.ask(request).await
    {
        *kept = Some(connection);
        return status.to_string();
    }
    let Ok(mut connection) = Connection::open(address).await else { return "no connection".to_owned() };
    let Ok(status) = connection.ask(request).await else { return "closed".to_owned() };
    *kept = Some(connection);
    status.to_string()
}

async fn exchange(stream: &mut TcpStream, request: &[u8]) -> String {
    // The server closes the connection early if it refuses a request that is still being sent.
    let _ = stream.write_all(request).await;
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // Bytes received before a connection reset still count.
    let _ = stream.read_to_end(&mut bytes).await;
    let status = bytes.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
    status.filter(|_| bytes.starts_with(b"HTTP/1.1 ")).unwrap_or("closed").to_owned()
}

/// A distinct IP address for each number.
fn stranger(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(0x0b00_0000_u32.wrapping_add(number))
}

/// A well-formed token of no known bot, distinct for each number.
fn made_up(number: u32) -> String {
    format!("{}:AA{number:033}", 5_000_000_000 + u64::from(number))
}

/// A POST to the stateless endpoint through a proxy. `parameters` must begin with `&`.
fn stateless(token: &str, parameters: &str, from: Ipv4Addr, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /webhook/telegram?telegramToken={token}&telegramFieldName=T{parameters} HTTP/1.1\r\nHost: x\r\n\
         X-Forwarded-For: {from}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// An event with `count` participants, whose chats are numbered from `first_chat`. If `own` is set, each participant
/// also has a contact field with a unique value.
fn participants(count: u32, first_chat: u64, own: bool) -> String {
    let one = |number: u32| {
        let field = if own { format!(r#",{{"Name":"A","Value":{number}}}"#) } else { String::new() };
        let chat = first_chat + u64::from(number);
        format!(r#"{{"ContactInformation":{{"Fields":[{{"Name":"T","Value":{chat}}}{field}]}}}}"#)
    };
    format!(r#"{{"CaseParticipants":[{}]}}"#, (0..count).map(one).collect::<Vec<_>>().join(","))
}
