//! Measures all figures, in the order of the table.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::{
    bot_api::{self, BotApi},
    domain::{median, read_and_render},
    event::Event,
    fill, hostile,
    load::{Request, flood},
    process::{Server, hookgram},
    steady,
    table::Row,
};

/// The number of connections of the full load.
pub const CONNECTIONS: usize = 64;
/// The duration of each server's load in a round, and the number of rounds. The servers alternate.
const SPAN: Duration = Duration::from_secs(4);
const ROUNDS: usize = 5;
/// The number of bots of the steady load. It is high enough that no bot exceeds Telegram's limit of messages per
/// second.
pub const BOTS: usize = 16;
pub const STEADY: u32 = 200;

pub struct Figures {
    pub is_reference: bool,
    /// Accepted events per second: of a handler that only reads them, of one that also writes a row to disk, and of
    /// Hookgram.
    pub bare: f64,
    pub row: f64,
    pub accepted: f64,
    /// The median and the 99th percentile of the time from POST to Telegram under a steady load.
    pub p50: Duration,
    pub p99: Duration,
    /// The durations of reading and rendering an event, and of skipping over it.
    pub read: Duration,
    pub skipped: Duration,
    /// The figures with few and with many stored deliveries.
    pub few: Stored,
    pub many: Stored,
    /// Memory in bytes: after the start, and the peak under full load.
    pub idle: u64,
    pub loaded: u64,
    pub hostile: Vec<Row>,
}

/// The figures of a server with a given number of stored deliveries: accepted events per second, and median time to
/// Telegram.
pub struct Stored {
    pub accepted: f64,
    pub p50: Duration,
    pub started_in: Duration,
}

/// Measures a built `hookgram`. Fails if an answer is not 200 or a message does not arrive.
pub async fn measure(program: &Path) -> Result<Figures> {
    let event = Event::find()?;
    let (read, skipped) = read_and_render(event.pretty.as_bytes());
    println!("read and render {read:?}, skip {skipped:?}");

    let telegram = BotApi::start().await?;
    let few = stored(program, &telegram, &event, 1_000).await?;
    let many = stored(program, &telegram, &event, 1_000_000).await?;
    let (p50, p99, idle) = steady_and_idle(program, &telegram, &event).await?;
    let (bare, row, accepted, loaded) = accept(program, &telegram, &event).await?;
    let hostile = hostile::measure(program, &telegram, &event, &[]).await?;
    Ok(Figures {
        is_reference: event.is_reference,
        bare,
        row,
        accepted,
        p50,
        p99,
        read,
        skipped,
        few,
        many,
        idle,
        loaded,
        hostile,
    })
}

/// A data folder with profiles, and the paths of their webhook endpoints.
pub struct House {
    folder: tempfile::TempDir,
    paths: Vec<String>,
}

impl House {
    /// Imports this many profiles, each with its own bot.
    pub fn new(program: &Path, telegram: SocketAddr, profiles: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("hookgram-bench-").tempdir()?;
        let list: Vec<_> = (0..profiles)
            .map(|number| {
                json!({ "name": format!("Профиль {number}"), "telegramToken": bot_api::token(number),
                    "telegramFieldName": "*TelegramId", "message": "Вы записаны на услугу" })
            })
            .collect();
        let file = folder.path().join("profiles.json");
        fs::write(&file, json!({ "profiles": list }).to_string())?;
        let mut import = hookgram(program, folder.path(), telegram);
        let import = import.args(["profile", "import"]).arg(&file).stderr(Stdio::inherit()).output()?;
        ensure!(import.status.success(), "the profiles could not be imported");
        let paths = String::from_utf8(import.stdout)?
            .lines()
            .filter_map(|line| line.find("/h/").map(|at| line[at..].trim().to_owned()))
            .collect();
        Ok(Self { folder, paths })
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn endpoint(&self) -> Result<&str> {
        self.paths.first().map(String::as_str).context("no profile was imported")
    }

    pub fn requests(&self, server: &Server, event: &Event) -> Result<Vec<Request>> {
        self.paths.iter().map(|path| Request::post(server.address, path, event)).collect()
    }
}

async fn accept(program: &Path, telegram: &BotApi, event: &Event) -> Result<(f64, f64, f64, u64)> {
    let rows = tempfile::Builder::new().prefix("hookgram-bench-").tempdir()?;
    let house = House::new(program, telegram.address, BOTS)?;
    let bare = Server::reference(None)?;
    let row = Server::reference(Some(rows.path()))?;
    let ours = Server::hookgram(program, &house.path(), telegram.address).await?;
    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (server, rates) in [&bare, &row, &ours].into_iter().zip(&mut rates) {
            let rate = flood(server.address, &house.requests(server, event)?, CONNECTIONS, SPAN).await?.per_second;
            // The first round is a warm-up.
            if round > 0 {
                rates.push(rate);
            }
        }
        println!("accept: {:.0?}", rates.each_ref().map(|rates| rates.last().copied().unwrap_or_default()));
    }
    let [bare, row, accepted] = rates.each_mut().map(|rates| median(rates));
    Ok((bare, row, accepted, ours.memory()?.1))
}

async fn steady_and_idle(program: &Path, telegram: &BotApi, event: &Event) -> Result<(Duration, Duration, u64)> {
    let house = House::new(program, telegram.address, BOTS)?;
    let server = Server::hookgram(program, &house.path(), telegram.address).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (idle, _) = server.memory()?;
    let requests = house.requests(&server, event)?;
    // A warm-up, in which the connections are opened and the server checks the bots.
    steady::run(server.address, &requests, telegram, 20, Duration::from_secs(2)).await?;
    let latencies = steady::run(server.address, &requests, telegram, STEADY, Duration::from_secs(20)).await?;
    println!("steady: p50 {:?}, p99 {:?}; idle {} kB", latencies.percentile(50), latencies.percentile(99), idle / 1024);
    Ok((latencies.percentile(50), latencies.percentile(99), idle))
}

async fn stored(program: &Path, telegram: &BotApi, event: &Event, deliveries: i64) -> Result<Stored> {
    let house = House::new(program, telegram.address, BOTS)?;
    fill::fill(&house.path(), deliveries).await?;
    let server = Server::hookgram(program, &house.path(), telegram.address).await?;
    let requests = house.requests(&server, event)?;
    steady::run(server.address, &requests, telegram, 20, Duration::from_secs(2)).await?;
    let latencies = steady::run(server.address, &requests, telegram, STEADY, Duration::from_secs(10)).await?;
    let mut rates = Vec::new();
    for _ in 0..3 {
        rates.push(flood(server.address, &requests, CONNECTIONS, SPAN).await?.per_second);
    }
    let stored = Stored { accepted: median(&mut rates), p50: latencies.percentile(50), started_in: server.started_in };
    println!("{deliveries} stored: {:.0}/s, p50 {:?}, start {:?}", stored.accepted, stored.p50, stored.started_in);
    Ok(stored)
}
