//! A steady load: a fixed number of events per second, each to its own chat, measured from the POST to the Bot API.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, sleep_until, timeout, timeout_at},
};

use crate::{
    bot_api::BotApi,
    load::{Connection, Request},
};

/// The number of connections, which alternate.
const CONNECTIONS: usize = 16;
/// A message that has not arrived this long after the last POST counts as missing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Durations in ascending order. There is at least one.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorts durations. Fails if there are none.
    pub fn of(mut durations: Vec<Duration>) -> Result<Self> {
        durations.sort();
        durations.first().context("nothing was sent")?;
        Ok(Self(durations))
    }

    pub fn and(self, others: Self) -> Self {
        let mut all = [self.0, others.0].concat();
        all.sort();
        Self(all)
    }

    /// The duration that this percentage of the durations does not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)]
    }
}

pub struct Load {
    /// The time from POST to the Bot API. A missing message counts as [`PATIENCE`].
    pub arrivals: Latencies,
    /// The time from POST to its answer.
    pub answers: Latencies,
    /// The number of messages that did not arrive.
    pub missing: usize,
}

impl Load {
    pub fn and(self, other: Self) -> Self {
        Self {
            arrivals: self.arrivals.and(other.arrivals),
            answers: self.answers.and(other.answers),
            missing: self.missing + other.missing,
        }
    }
}

/// Like [`observe`], but returns only the arrivals, and fails if a message is missing.
pub async fn run(
    address: SocketAddr,
    profiles: &[Request],
    bot_api: &BotApi,
    per_second: u32,
    span: Duration,
) -> Result<Latencies> {
    let load = observe(address, profiles, bot_api, per_second, span).await?;
    ensure!(load.missing == 0, "{} messages have not arrived within {PATIENCE:?}", load.missing);
    Ok(load.arrivals)
}

/// Posts `per_second` events per second for `span` to the profiles in turn, and waits for their messages. If the server
/// stalls, this function returns [`PATIENCE`] later. A refused event is an error.
pub async fn observe(
    address: SocketAddr,
    profiles: &[Request],
    bot_api: &BotApi,
    per_second: u32,
    span: Duration,
) -> Result<Load> {
    let (sender, sent) = mpsc::unbounded_channel();
    let start = tokio::time::Instant::now() + Duration::from_millis(50);
    let gap = Duration::from_secs(1) / per_second;
    let count = u32::try_from(span.as_millis() / gap.as_millis())?;
    let mut tasks = JoinSet::new();
    for first in 0..u32::try_from(CONNECTIONS)? {
        let (sender, profiles) = (sender.clone(), profiles.to_vec());
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for number in (first..count).step_by(CONNECTIONS) {
                let mut request = profiles[usize::try_from(number)? % profiles.len()].clone();
                let chat = request.next_chat();
                sleep_until(start + gap * number).await;
                let clock = Instant::now();
                let Ok(answer) = timeout_at(start + span + PATIENCE, connection.post(&request)).await else {
                    // The server stalls. The rest of this connection's events counts as one missing message.
                    sender.send((chat, clock, PATIENCE))?;
                    break;
                };
                answer?;
                sender.send((chat, clock, clock.elapsed()))?;
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    drop(sender);
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    latencies(sent, bot_api).await
}

type Sent = mpsc::UnboundedReceiver<(u64, Instant, Duration)>;

async fn latencies(mut sent: Sent, bot_api: &BotApi) -> Result<Load> {
    let deadline = Instant::now() + PATIENCE;
    let (mut arrivals, mut answers, mut missing) = (Vec::new(), Vec::new(), 0);
    while let Some((chat, posted, answered_in)) = sent.recv().await {
        answers.push(answered_in);
        arrivals.push(loop {
            match bot_api.received(chat) {
                Some(at) => break at.duration_since(posted),
                None if Instant::now() > deadline => {
                    missing += 1;
                    break PATIENCE;
                }
                None => sleep(Duration::from_millis(5)).await,
            }
        });
    }
    Ok(Load { arrivals: Latencies::of(arrivals)?, answers: Latencies::of(answers)?, missing })
}

pub struct Probe {
    /// The time from connecting to the answer. A failed request counts as `patience`.
    pub took: Latencies,
    pub sent: u32,
    /// The number of requests that were not answered with 200 in time.
    pub failed: u32,
}

impl Probe {
    pub fn and(self, other: Self) -> Self {
        Self { took: self.took.and(other.took), sent: self.sent + other.sent, failed: self.failed + other.failed }
    }
}

/// Sends a request every `gap` for `span`, each over its own connection. Fails if `span` is shorter than `gap`.
pub async fn probe(
    address: SocketAddr,
    mut request: impl FnMut() -> Vec<u8>,
    gap: Duration,
    span: Duration,
    patience: Duration,
) -> Result<Probe> {
    let start = tokio::time::Instant::now();
    let sent = u32::try_from(span.as_millis() / gap.as_millis())?;
    let mut tasks = JoinSet::new();
    for number in 0..sent {
        sleep_until(start + gap * number).await;
        let request = request();
        tasks.spawn(async move {
            let clock = Instant::now();
            let answer = timeout(patience, async { Connection::open(address).await?.ask(&request).await }).await;
            matches!(answer, Ok(Ok(200))).then(|| clock.elapsed())
        });
    }
    let mut took = Vec::new();
    let mut failed = 0;
    while let Some(done) = tasks.join_next().await {
        let answered_in = done?;
        failed += u32::from(answered_in.is_none());
        took.push(answered_in.unwrap_or(patience));
    }
    Ok(Probe { took: Latencies::of(took)?, sent, failed })
}
