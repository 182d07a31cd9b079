//! One client behind a proxy holds connections open. Each request sends one byte of its body and then stalls.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep_until, timeout_at},
};

use super::{Answers, answer, apart, made_up, plain, start_server, under_attack};
use crate::{
    bot_api::BotApi,
    event::Event,
    figures::House,
    load::Request,
    steady::{self, Probe},
    table::Row,
};

/// The number of requests, and the period in which they are opened.
const COUNT: u32 = 4_200;
const WAVE: Duration = Duration::from_secs(5);
/// One request in this many is a form; the others are events. Both stay below the rate limits of their address.
const FORMS: u32 = 4;
/// The legitimate events start once all connections are open. They end before the server times out the first
/// connection, after 30 seconds.
const FROM: Duration = Duration::from_secs(6);
const SPAN: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(5);
const GAP: Duration = Duration::from_millis(100);
/// The maximum number of connections that the server allows one client.
const MOST: u32 = 1_024;
const HOLDER: &str = "198.51.100.1";

pub async fn measure(program: &Path, telegram: &BotApi, event: &Event) -> Result<Vec<Row>> {
    allow_connections()?;
    let house = House::new(program, telegram.address, 1)?;
    let server = start_server(program, &house, telegram, &[]).await?;
    let good = async || {
        let from = "X-Forwarded-For: 192.0.2.7\r\n";
        let mut request = Request::post_with(server.address, house.endpoint()?, event, from)?;
        let next = move || {
            request.next_chat();
            request.bytes().to_vec()
        };
        steady::probe(server.address, next, GAP, SPAN, PATIENCE).await
    };
    let before = good().await?;
    let start = Instant::now();
    let address = server.address;
    let attack = apart(async move || hold(address, start).await);
    let meanwhile = async {
        sleep_until(start + FROM).await;
        good().await
    };
    let (answers, attacked) = tokio::try_join!(attack, meanwhile)?;
    answers.print();
    let calm = before.and(good().await?);
    Ok(rows(&attacked, &calm, answers.of("held")))
}

/// Opens all connections, and waits for the outcome of each until the legitimate events have been measured.
async fn hold(address: SocketAddr, start: Instant) -> Result<Answers> {
    let end = start + FROM + SPAN + PATIENCE;
    let mut holders = JoinSet::new();
    for number in 0..COUNT {
        sleep_until(start + WAVE / COUNT * number).await;
        let kind = if number % FORMS == 0 { "form" } else { "event" };
        let target = match kind {
            "form" => "/login".to_owned(),
            _ => format!("/webhook/telegram?telegramToken={}&telegramFieldName=T", made_up(number)),
        };
        let head = "Content-Length: 1000\r\nConnection: close";
        let request = format!("POST {target} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {HOLDER}\r\n{head}\r\n\r\n{{");
        holders.spawn(async move {
            let held = async {
                let mut stream = TcpStream::connect(address).await?;
                stream.write_all(request.as_bytes()).await?;
                Ok::<_, std::io::Error>(answer(&mut stream).await)
            };
            let outcome = timeout_at(end, held).await.unwrap_or_else(|_| Ok("held".to_owned()));
            Ok::<_, anyhow::Error>((kind, outcome.context("a connection cannot be opened")?))
        });
    }
    let mut answers = Answers::default();
    while let Some(done) = holders.join_next().await {
        let (kind, outcome) = done??;
        answers.count(kind, outcome);
    }
    Ok(answers)
}

fn allow_connections() -> Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let wanted = u64::from(COUNT) + 500;
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current.is_some_and(|current| current < wanted) {
            let raised = Rlimit { current: Some(wanted), maximum };
            setrlimit(Resource::Nofile, raised).context("this process may not open enough files: see `ulimit -Hn`")?;
        }
    }
    Ok(())
}

fn rows(attacked: &Probe, calm: &Probe, held: u32) -> Vec<Row> {
    let answered = |probe: &Probe| format!("{} / {}", probe.sent - probe.failed, probe.sent);
    let usual = answered(calm);
    vec![
        Row {
            beside: [format!("без них: {usual}"), format!("without them: {usual}")],
            ..plain(
                [
                    "событий другого клиента того же прокси принято, пока один начал 4200 запросов и не продолжает",
                    "events of another client of the same proxy accepted, while one has begun 4,200 requests and does not go on",
                ],
                answered(attacked),
                ["все", "all"],
                attacked.failed == 0,
            )
        },
        under_attack(
            ["от соединения до ответа, 99 из 100", "from connecting to the answer, 99 of 100"],
            attacked.took.percentile(99),
            calm.took.percentile(99),
            2.0,
        ),
        plain(
            ["соединений удерживает этот клиент", "connections that this client holds"],
            held.to_string(),
            ["≤ 1024", "≤ 1,024"],
            held <= MOST,
        ),
    ]
}
