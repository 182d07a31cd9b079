//! Events with made-up bot tokens are queued while the messages of stored profiles are sent.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};

use super::{Attack, made_up, participants, plain, start_server, stateless, stranger, under_attack};
use crate::{
    bot_api::BotApi,
    event::Event,
    figures::{CONNECTIONS, House, STEADY},
    load::{Request, flood},
    process::Server,
    steady::{self, Load},
    table::{Row, milliseconds},
};

/// The number of profiles of the steady load. Together with [`NEW`], it is below the number of new tokens that Telegram
/// accepts in a minute.
const KNOWN: usize = 10;
/// The number of profiles in each phase that have not sent messages since the server started.
const NEW: usize = 3;
/// The maximum time until a first message arrives.
const FIRST: Duration = Duration::from_secs(1);
const STEADY_SPAN: Duration = Duration::from_secs(20);
const FLOOD_SPAN: Duration = Duration::from_secs(3);
/// The number of events from one address, which is what the rate limit of an address allows at once.
const FROM_ONE: u32 = 20;
/// The numbers of queued events, with their text in either language.
const QUEUED: [(u32, [&str; 2]); 2] = [(4_000, ["4000", "4,000"]), (100_000, ["100 000", "100,000"])];
/// A limit that allows all of them to be queued.
const SETTINGS: [(&str, &str); 1] = [("HOOKGRAM_STRANGER_EVENTS", "200000")];

struct Phase {
    load: Load,
    /// Accepted events per second under full load.
    accepted: f64,
    /// The slowest of the bots' first messages, from POST to Telegram.
    first: Duration,
}

/// Measures a built `hookgram`. Fails if a legitimate event is refused or a hostile one is not accepted.
pub async fn measure(program: &Path, telegram: &BotApi, event: &Event) -> Result<Vec<Row>> {
    let (_house, server, known, new) = start(program, telegram, event).await?;
    let before = phase(&server, telegram, &known, &new[..NEW]).await?;
    let mut attacked = Vec::new();
    let mut sent = 0;
    for ((queued, text), new) in QUEUED.into_iter().zip(new[NEW..].chunks(NEW)) {
        queue(&server, sent, queued).await?;
        sent = queued;
        attacked.push((text, phase(&server, telegram, &known, new).await?));
    }
    drop(server);
    // The calm figures are measured again after the attack, on a new server.
    let (_house, server, known, new) = start(program, telegram, event).await?;
    let after = phase(&server, telegram, &known, &new[..NEW]).await?;
    let calm = Phase {
        load: before.load.and(after.load),
        accepted: f64::midpoint(before.accepted, after.accepted),
        first: before.first.max(after.first),
    };
    Ok(attacked.iter().flat_map(|(queued, attacked)| rows(*queued, attacked, &calm)).collect())
}

/// Starts a server and sends messages with the first bots. Returns the requests of those bots and of the others.
async fn start(
    program: &Path,
    telegram: &BotApi,
    event: &Event,
) -> Result<(House, Server, Vec<Request>, Vec<Request>)> {
    let house = House::new(program, telegram.address, KNOWN + NEW * (QUEUED.len() + 1))?;
    let server = start_server(program, &house, telegram, &SETTINGS).await?;
    let mut known = house.requests(&server, event)?;
    let new = known.split_off(KNOWN);
    steady::run(server.address, &known, telegram, 20, Duration::from_secs(2)).await?;
    Ok((house, server, known, new))
}

async fn phase(server: &Server, telegram: &BotApi, known: &[Request], new: &[Request]) -> Result<Phase> {
    let one_each = u32::try_from(new.len())?;
    let first = steady::observe(server.address, new, telegram, one_each, Duration::from_secs(1)).await?;
    let load = steady::observe(server.address, known, telegram, STEADY, STEADY_SPAN).await?;
    let accepted = flood(server.address, known, CONNECTIONS, FLOOD_SPAN).await?.per_second;
    telegram.settle().await;
    let first = first.arrivals.percentile(100);
    println!(
        "arrived in {:?}, answered in {:?} (99 of 100), {} missing; accepted {accepted:.0}/s; first messages in {first:?}",
        load.arrivals.percentile(99),
        load.answers.percentile(99),
        load.missing
    );
    Ok(Phase { load, accepted, first })
}

/// Posts the events with the numbers `from..to`, each with its own made-up token.
async fn queue(server: &Server, from: u32, to: u32) -> Result<()> {
    let attack = Attack {
        address: server.address,
        numbers: from..to,
        at_once: 32,
        pause: Duration::ZERO,
        end: std::sync::Arc::default(),
    };
    let body = participants(1, 1, false);
    let answers = attack.run(move |number| {
        ("made-up token", stateless(&made_up(number), "&message=Hello", stranger(number / FROM_ONE), &body))
    });
    let answers = answers.await?;
    answers.print();
    let accepted = answers.of("200");
    ensure!(accepted == to - from, "only {accepted} of {} events of made-up tokens wait in the queue", to - from);
    Ok(())
}

fn rows([ru, en]: [&str; 2], attacked: &Phase, calm: &Phase) -> Vec<Row> {
    let what = |russian: &str, english: &str| {
        [
            format!("{russian}, пока в очереди {ru} событий с придуманными токенами"),
            format!("{english}, while {en} events of made-up tokens are queued"),
        ]
    };
    let latency = |what: [String; 2], of: fn(&Load) -> &steady::Latencies, percent: usize, most: f64| {
        under_attack(what, of(&attacked.load).percentile(percent), of(&calm.load).percentile(percent), most)
    };
    let half = ["то же, половина", "the same, half of them"].map(String::from);
    let rate = attacked.accepted / calm.accepted;
    vec![
        latency(what("от POST до Telegram, 99 из 100", "from POST to Telegram, 99 of 100"), |l| &l.arrivals, 99, 1.5),
        latency(half.clone(), |load| &load.arrivals, 50, 1.5),
        latency(what("от POST до ответа, 99 из 100", "from POST to the answer, 99 of 100"), |l| &l.answers, 99, 1.2),
        latency(half, |load| &load.answers, 50, 1.2),
        Row {
            what: what("событий принято, 64 соединения", "events accepted, 64 connections"),
            figure: format!("{:.0}/s = {rate:.2} ×", attacked.accepted),
            beside: [format!("без них: {:.0}/s", calm.accepted), format!("without them: {:.0}/s", calm.accepted)],
            aim: ["≥ 1/1.2 ×", "≥ 1/1.2 ×"].map(String::from),
            is_met: rate >= 1.0 / 1.2,
        },
        Row {
            beside: ["без них", "without them"].map(|without| format!("{without}: {}", milliseconds(&calm.first))),
            ..plain(
                what("первое сообщение бота после запуска", "a bot's first message since the start"),
                format!("≤ {}", milliseconds(&attacked.first)),
                ["< 1 s", "< 1 s"],
                attacked.first < FIRST,
            )
        },
    ]
}
