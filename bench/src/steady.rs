//! A steady load: so many events a second, each to a chat of its own, from the first byte of its POST to the Bot API.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, sleep_until},
};

use crate::{
    bot_api::BotApi,
    load::{Connection, Request},
};

/// Connections that take turns.
const CONNECTIONS: usize = 16;

/// How long messages took, the quickest first.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// These and others.
    pub fn and(self, others: Self) -> Self {
        let mut all = [self.0, others.0].concat();
        all.sort();
        Self(all)
    }

    /// What so many of a hundred do not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent / 100).min(self.0.len() - 1)]
    }
}

/// Posts `per_second` events to the profiles in turn for so long, and waits until all have arrived.
///
/// # Errors
/// If any is refused, or has not arrived within 30 s after the last.
pub async fn run(
    address: SocketAddr,
    profiles: &[Request],
    bot_api: &BotApi,
    per_second: u32,
    span: Duration,
) -> Result<Latencies> {
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
                connection.post(&request).await?;
                sender.send((chat, clock))?;
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

async fn latencies(mut sent: mpsc::UnboundedReceiver<(u64, Instant)>, bot_api: &BotApi) -> Result<Latencies> {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut latencies = Vec::new();
    while let Some((chat, posted)) = sent.recv().await {
        let received = loop {
            match bot_api.received(chat) {
                Some(at) => break at,
                None if Instant::now() > deadline => bail!("a message has not arrived within 30 s"),
                None => sleep(Duration::from_millis(5)).await,
            }
        };
        latencies.push(received.duration_since(posted));
    }
    latencies.sort();
    latencies.first().context("nothing was sent")?;
    Ok(Latencies(latencies))
}
