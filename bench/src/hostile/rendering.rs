//! Events that take long to render: a thousand participants and a message of 30 KB.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;

use super::{Attack, made_up, participants, plain, start_server, stateless, stranger, under_attack};
use crate::{
    bot_api::BotApi,
    event::Event,
    figures::{BOTS, House, STEADY},
    process::Server,
    steady::{self, Load, Probe},
    table::{Row, milliseconds},
};

const PARTICIPANTS: u32 = 1_000;
/// The length of the message in the query, in bytes.
const MESSAGE: usize = 30_000;
const SPAN: Duration = Duration::from_secs(10);
/// The number of connections, and the pause of each after an answer. They send at most 40 requests per second, so that
/// rendering is the main cost.
const AT_ONCE: u32 = 8;
const PAUSE: Duration = Duration::from_millis(200);
/// The maximum response time of `/healthz`.
const HEALTHY: Duration = Duration::from_millis(50);
/// The maximum time until an event is answered, and until it reaches Telegram. It may have to wait for a commit with a
/// thousand deliveries.
const WRITTEN: Duration = Duration::from_millis(200);

/// Measures a built `hookgram`. Fails if a legitimate event is refused.
pub async fn measure(program: &Path, telegram: &BotApi, event: &Event) -> Result<Vec<Row>> {
    let house = House::new(program, telegram.address, BOTS)?;
    let server = start_server(program, &house, telegram, &[]).await?;
    let requests = house.requests(&server, event)?;
    steady::run(server.address, &requests, telegram, 20, Duration::from_secs(2)).await?;
    let good = async || {
        let load = steady::observe(server.address, &requests, telegram, STEADY, SPAN);
        tokio::try_join!(load, health(&server))
    };
    let before = good().await?;
    let end = Arc::new(AtomicBool::new(false));
    let attack =
        Attack { address: server.address, numbers: 0..u32::MAX, at_once: AT_ONCE, pause: PAUSE, end: end.clone() };
    let meanwhile = async {
        let attacked = good().await;
        end.store(true, Ordering::Relaxed);
        attacked
    };
    let (answers, attacked) = tokio::join!(attack.run(request), meanwhile);
    let (answers, attacked) = (answers?, attacked?);
    answers.print();
    let after = good().await?;
    let mut rows = rows(&attacked, &(before.0.and(after.0), before.1.and(after.1)));
    rows.push(answers.row(["ответы на эти запросы", "answers to these requests"]));
    Ok(rows)
}

/// Requests `/healthz` fifty times per second.
async fn health(server: &Server) -> Result<Probe> {
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).into_bytes();
    steady::probe(server.address, || request.clone(), Duration::from_millis(20), SPAN, Duration::from_secs(10)).await
}

/// The kind depends on the number: one text for all participants, a text for each, or a message full of markup.
fn request(number: u32) -> (&'static str, Vec<u8>) {
    let fill = |piece: &str| piece.repeat(MESSAGE / piece.len());
    let (kind, own, parameters) = match number % 3 {
        0 => ("one text for all", false, format!("&message={}", fill("abcdefghi,"))),
        1 => ("a text for each", true, format!("&hide_contact_info=0&message={}", fill("abcdefghi,"))),
        _ => ("markup", false, format!("&message={}", fill("%3Cb%3Ex%3C/b%3E"))),
    };
    let body = participants(PARTICIPANTS, u64::from(number) * u64::from(PARTICIPANTS) + 1, own);
    (kind, stateless(&made_up(number), &parameters, stranger(number), &body))
}

fn rows(attacked: &(Load, Probe), calm: &(Load, Probe)) -> Vec<Row> {
    vec![
        within(
            [
                "ответ `/healthz`, 99 из 100, пока приходят события с 1000 участников и сообщением в 30 КБ (8 сразу)",
                "`/healthz` answers, 99 of 100, while events with 1,000 participants and a message of 30 KB come (8 at once)",
            ],
            attacked.1.took.percentile(99),
            calm.1.took.percentile(99),
            HEALTHY,
        ),
        under_attack(
            ["то же, половина", "the same, half of them"],
            attacked.1.took.percentile(50),
            calm.1.took.percentile(50),
            2.0,
        ),
        within(
            ["от POST до ответа в это время, 99 из 100", "from POST to the answer meanwhile, 99 of 100"],
            attacked.0.answers.percentile(99),
            calm.0.answers.percentile(99),
            WRITTEN,
        ),
        within(
            ["от POST до Telegram в это время, 99 из 100", "from POST to Telegram meanwhile, 99 of 100"],
            attacked.0.arrivals.percentile(99),
            calm.0.arrivals.percentile(99),
            WRITTEN,
        ),
    ]
}

/// A figure with an absolute limit, because storing an event with a thousand recipients takes time, however fast the
/// calm server was.
fn within(what: [&'static str; 2], attacked: Duration, calm: Duration, most: Duration) -> Row {
    let (usual, aim) = (milliseconds(&calm), format!("≤ {}", milliseconds(&most)));
    Row {
        beside: [format!("без них: {usual}"), format!("without them: {usual}")],
        aim: [aim.clone(), aim],
        ..plain(what, format!("≤ {}", milliseconds(&attacked)), ["", ""], attacked <= most)
    }
}
