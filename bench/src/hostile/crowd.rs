//! Ten thousand hostile requests during legitimate load. Measures their effect on the latency of the legitimate events
//! and on memory.
//!
//! Each request has its own connection and address, so that no per-address limit protects the server. Each must be
//! answered, and never with a 5xx.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{Answers, PATIENCE, answer, apart, exchange, start_server, stranger, under_attack};
use crate::{
    bot_api::BotApi,
    event::Event,
    figures::{BOTS, House, STEADY},
    steady::{self, Latencies},
    table::{Row, megabytes},
};

pub const COUNT: u32 = 10_000;
/// The period over which they are spread evenly.
const SPAN: Duration = Duration::from_secs(20);
/// One request in this many is slow: it is never completed, and its connection stays open until the end.
const SLOW: u32 = 25;
/// The measurement fails if an attacker starts later than this.
const LATEST: Duration = Duration::from_millis(500);

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// Measures a built `hookgram`. Fails if a hostile request is unanswered or answered with a 5xx, or if a legitimate
/// request is not answered with 200.
pub async fn measure(program: &Path, telegram: &BotApi, event: &Event) -> Result<Vec<Row>> {
    let house = House::new(program, telegram.address, BOTS)?;
    let server = start_server(program, &house, telegram, &[]).await?;
    let requests = house.requests(&server, event)?;
    let endpoint = house.endpoint()?;
    // A warm-up: it opens connections, makes the bots known, and makes the server allocate the memory that it keeps
    // after such an attack. A second attack needs no more.
    steady::run(server.address, &requests, telegram, 20, Duration::from_secs(2)).await?;
    let first = attack(server.address, endpoint);
    tokio::try_join!(first, steady::run(server.address, &requests, telegram, STEADY, SPAN))?;
    sleep(Duration::from_secs(2)).await;
    let calm = steady::run(server.address, &requests, telegram, STEADY, SPAN / 2).await?;
    let before = server.memory()?.0;
    let under_attack = steady::run(server.address, &requests, telegram, STEADY, SPAN);
    let (answers, attacked) = tokio::try_join!(attack(server.address, endpoint), under_attack)?;
    sleep(Duration::from_secs(2)).await;
    let after = server.memory()?.0;
    let calm = calm.and(steady::run(server.address, &requests, telegram, STEADY, SPAN / 2).await?);
    answers.print();
    judge(&answers)?;
    Ok(rows(&attacked, &calm, before, after))
}

fn rows(attacked: &Latencies, calm: &Latencies, before: u64, after: u64) -> Vec<Row> {
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let growth = (after as f64 / before as f64 - 1.0) * 100.0;
    vec![
        under_attack(
            [
                "от POST до Telegram, половина, пока приходят 10 000 враждебных запросов (500 в секунду, 400 соединений \
                 удерживаются)",
                "from POST to Telegram, half of them, while 10,000 hostile requests come (500 a second, 400 connections \
                 held open)",
            ],
            attacked.percentile(50),
            calm.percentile(50),
            2.0,
        ),
        under_attack(["то же, 99 из 100", "the same, 99 of 100"], attacked.percentile(99), calm.percentile(99), 2.0),
        Row {
            what: ["память после них (RSS)", "memory after them (RSS)"].map(String::from),
            figure: format!("{}, {growth:+.0} %", megabytes(after)),
            beside: [format!("до них: {}", megabytes(before)), format!("before them: {}", megabytes(before))],
            aim: ["не больше чем на 10 %", "no more than by 10 %"].map(String::from),
            is_met: after <= before / 10 * 11,
        },
    ]
}

/// Checks that no hostile request was answered with a 5xx, left unanswered, or accepted.
fn judge(answers: &Answers) -> Result<()> {
    let count: u32 = answers.0.values().sum();
    ensure!(count == COUNT, "{count} of {COUNT} hostile requests are accounted for");
    for (kind, outcome) in answers.0.keys() {
        let is_refused = outcome.starts_with('4') || outcome.starts_with("30");
        let is_ended = *kind == "slow" && (outcome == "held" || outcome == "closed");
        ensure!(is_refused || is_ended, "a {kind} request came to {outcome}: {answers:?}");
    }
    Ok(())
}

async fn attack(address: SocketAddr, endpoint: &str) -> Result<Answers> {
    let endpoint = endpoint.to_owned();
    apart(async move || send(address, &endpoint).await).await
}

async fn send(address: SocketAddr, endpoint: &str) -> Result<Answers> {
    let (start, gap) = (Instant::now(), SPAN / COUNT);
    let mut attackers = JoinSet::new();
    for number in 0..COUNT {
        let due = start + gap * number;
        sleep_until(due).await;
        ensure!(due.elapsed() < LATEST, "the attackers are held up");
        let is_slow = number % SLOW == 0;
        let (kind, bytes) = if is_slow { ("slow", slow(number / SLOW, endpoint)) } else { hostile(number, endpoint) };
        attackers.spawn(async move {
            let mut stream = TcpStream::connect(address).await.context("nobody listens")?;
            let outcome = if is_slow {
                stream.write_all(&bytes).await?;
                sleep_until(start + SPAN).await;
                // Reads an answer that has already arrived, without waiting for one.
                timeout(Duration::from_millis(1), answer(&mut stream)).await.unwrap_or_else(|_| "held".to_owned())
            } else {
                timeout(PATIENCE, exchange(&mut stream, &bytes)).await.unwrap_or_else(|_| "no answer".to_owned())
            };
            Ok::<_, anyhow::Error>((kind, outcome))
        });
    }
    let mut answers = Answers::default();
    while let Some(done) = attackers.join_next().await {
        let (kind, outcome) = done??;
        answers.count(kind, outcome);
    }
    Ok(answers)
}

/// A request that is never completed: nothing, half a line, half a header, half a body, or half a form.
fn slow(number: u32, endpoint: &str) -> Vec<u8> {
    match number % 5 {
        0 => String::new(),
        1 => "GET /log".to_owned(),
        2 => format!("GET /login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {}\r\nX-Slow: ", stranger(number)),
        3 => format!("POST {endpoint} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{\"CaseItem\":"),
        _ => format!(
            "POST /login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {}\r\nContent-Length: 99\r\n\r\na=",
            stranger(number)
        ),
    }
    .into_bytes()
}

fn hostile(number: u32, endpoint: &str) -> (&'static str, Vec<u8>) {
    let from = stranger(number);
    let head = |method: &str, target: &str, more: &str| {
        format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: {from}\r\n{more}\r\n")
            .into_bytes()
    };
    let with = |method: &str, target: &str, more: &str, body: &[u8]| {
        let length = format!("Content-Length: {}\r\n{more}", body.len());
        [head(method, target, &length), body.to_vec()].concat()
    };
    let long = |length: usize| "x".repeat(length);
    let post = |body: &[u8]| with("POST", endpoint, "", body);
    // A hash of the number, so that consecutive requests differ.
    let odd = number.wrapping_mul(2_654_435_761);
    match number % 30 {
        0 => ("huge", post(&vec![b' '; 2 << 20])),
        1 => {
            let piece = [b"40000\r\n", &vec![b'x'; 0x4_0000][..], b"\r\n"].concat();
            ("huge", [head("POST", endpoint, "Transfer-Encoding: chunked\r\n"), piece.repeat(8)].concat())
        }
        2 => ("huge", head("GET", &format!("/login?{}", long(40_000)), "")),
        3 => ("huge", head("GET", "/login", &format!("Cookie: hookgram_session={}\r\n", long(40_000)))),
        4 => ("huge", head("GET", "/login", &format!("X: {}\r\n", long(100_000)))),
        5 => ("huge", with("POST", "/login", "", long(100_000).as_bytes())),
        6 => ("huge", head("GET", "/login", &"a: b\r\n".repeat(500))),
        7 => ("malformed", format!("{odd:x}\r\n\r\n").into_bytes()),
        8 => ("malformed", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20)),
        9 => ("malformed", b"GET / HTTP/1.1\r\nno header\r\n\r\n".to_vec()),
        10 => ("malformed", head("POST", endpoint, "Content-Length: 3\r\nContent-Length: 4\r\n")),
        11 => ("malformed", [head("POST", endpoint, "Transfer-Encoding: chunked\r\n"), b"zz\r\n".to_vec()].concat()),
        12 => ("malformed", post(b"{\"CaseItem\":{\"OrderNumber\":")),
        13 => ("malformed", post("[".repeat(500_000).as_bytes())),
        14 => ("malformed", post("{\"CaseItem\":".repeat(50_000).as_bytes())),
        15 => ("malformed", post(b"\xff\xfe{\x00}\x00")),
        16 => ("malformed", with("POST", endpoint, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\x00\x00")),
        17 => (
            "malformed",
            with("POST", endpoint, "Content-Type: text/xml\r\n", b"<!ENTITY a SYSTEM 'file:///etc/passwd'>"),
        ),
        18 => ("traversal", head("GET", "/pkg/../../../../etc/passwd", "")),
        19 => ("traversal", head("GET", "/pkg/%2e%2e/%2e%2e/%252e%252e%5c..%00/hookgram.db", "")),
        20 => ("traversal", head("GET", &format!("/h/..%2f..%2f{odd:x}"), "")),
        21 => ("wrong method", head("DELETE", "/profiles/1", "Origin: https://evil.example\r\n")),
        22 => ("wrong method", head("PUT", endpoint, "")),
        23 => ("wrong method", head("PROPFIND", "/", "")),
        24 => ("cookies", head("GET", "/profiles/1", &format!("Cookie: hookgram_session={odd:064x}\r\n"))),
        25 => {
            let many = format!("hookgram_session={odd:x}; ").repeat(200);
            ("cookies", head("GET", "/", &format!("Cookie: {many}zone=\"><b>; language=xx; notice=deleted:%ff\r\n")))
        }
        26 => (
            "cookies",
            with("POST", "/users/invite", "Cookie: hookgram_session=1\r\nOrigin: http://x\r\n", b"email=a%40b.c"),
        ),
        // Each guess is for another account, so that no per-account limit refuses it early.
        27 => ("guesses", with("POST", "/login", FORM, format!("email={odd:x}%40a.b&password={odd:x}").as_bytes())),
        28 => ("guesses", head("GET", &format!("/h/{odd:016x}?telegramToken=1%3Aa%27%20OR%201=1"), "")),
        _ => ("guesses", with("POST", &format!("/rpc/operator/{odd:x}"), "Origin: https://evil.example\r\n", b"a=b")),
    }
}
