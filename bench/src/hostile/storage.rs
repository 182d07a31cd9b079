//! Events that take much space: a thousand recipients, each with a message of 4 KB.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::time::sleep;

use super::{Answers, Attack, made_up, participants, plain, start_server, stateless, stranger};
use crate::{
    bot_api::{self, BotApi},
    figures::House,
    process::Server,
    table::{Row, megabytes},
};

const REQUESTS: u32 = 1_000;
const RECIPIENTS: u32 = 1_000;
/// The length of the message in bytes. All messages of an event together stay below 4 MiB.
const MESSAGE: usize = 3_900;
const AT_ONCE: u32 = 16;
/// The attack stops early once the server has used this many bytes of memory or disk, or after [`TOO_LONG`].
const TOO_MUCH: u64 = 3_000_000_000;
const TOO_LONG: Duration = Duration::from_secs(120);
/// Targets in bytes.
const MEMORY: u64 = 150_000_000;
const DISK: u64 = 60_000_000;
/// The first chat id of the recipients. It is far from those of legitimate events.
const FIRST_CHAT: u64 = 2_000_000_000;
/// The number of a known bot that no profile uses.
const OWN_BOT: usize = 900;

/// Measures a built `hookgram`, first with a made-up token for each request and then with a known bot's token.
pub async fn measure(program: &Path, telegram: &BotApi) -> Result<Vec<Row>> {
    let house = House::new(program, telegram.address, 1)?;
    let server = start_server(program, &house, telegram, &[]).await?;
    let mut all = rows(
        run(&server, &house.path(), made_up).await?,
        [
            "память во время 1000 событий с 1000 получателей и сообщением в 4 КБ, наибольшая (RSS), придуманные токены",
            "memory during 1,000 events with 1,000 recipients and a message of 4 KB, at most (RSS), made-up tokens",
        ],
    );
    drop(server);
    let house = House::new(program, telegram.address, 1)?;
    let server = start_server(program, &house, telegram, &[]).await?;
    introduce(&server, telegram).await?;
    all.extend(rows(
        run(&server, &house.path(), |_| bot_api::token(OWN_BOT)).await?,
        ["то же, все с токеном одного настоящего бота", "the same, all with the token of one real bot"],
    ));
    Ok(all)
}

/// The peak memory and the maximum growth of the data folder in bytes, and the outcomes of the requests.
struct Taken {
    memory: u64,
    disk: u64,
    answers: Answers,
}

async fn run(server: &Server, folder: &Path, token: fn(u32) -> String) -> Result<Taken> {
    let before = size(folder)?;
    let end = Arc::new(AtomicBool::new(false));
    let attack = Attack {
        address: server.address,
        numbers: 0..REQUESTS,
        at_once: AT_ONCE,
        pause: Duration::ZERO,
        end: end.clone(),
    };
    let attack = attack.run(move |number| {
        let first = FIRST_CHAT + u64::from(number) * u64::from(RECIPIENTS);
        let parameters = format!("&message={}", "abcdefghi,".repeat(MESSAGE / 10));
        let body = participants(RECIPIENTS, first, false);
        ("4 KB to 1,000", stateless(&token(number), &parameters, stranger(number), &body))
    });
    let mut attack = std::pin::pin!(attack);
    let (start, mut disk) = (Instant::now(), 0);
    let answers = loop {
        tokio::select! {
            answers = &mut attack => break answers?,
            () = sleep(Duration::from_millis(50)) => disk = disk.max(size(folder)?.saturating_sub(before)),
        }
        if disk > TOO_MUCH || server.memory()?.0 > TOO_MUCH || start.elapsed() > TOO_LONG {
            end.store(true, Ordering::Relaxed);
        }
    };
    answers.print();
    disk = disk.max(size(folder)?.saturating_sub(before));
    Ok(Taken { memory: server.memory()?.1, disk, answers })
}

/// Delivers a first message with the known bot's token, so that the server records that Telegram accepts it.
async fn introduce(server: &Server, telegram: &BotApi) -> Result<()> {
    let chat = FIRST_CHAT - 1;
    let request =
        stateless(&bot_api::token(OWN_BOT), "&message=Hello", stranger(REQUESTS), &participants(1, chat, false));
    let status = super::ask(&mut None, server.address, &request).await;
    ensure!(status == "200", "the first event of a new bot is answered {status}");
    let start = Instant::now();
    while telegram.received(chat).is_none() {
        ensure!(start.elapsed() < Duration::from_secs(30), "the first message of a new bot does not arrive");
        sleep(Duration::from_millis(5)).await;
    }
    println!("the first message of a new bot arrived in {:?}", start.elapsed());
    Ok(())
}

/// The total size of the files in a folder, in bytes.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // The server may have deleted the file in the meantime.
        let Ok(metadata) = entry.metadata() else { continue };
        bytes += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

fn rows(taken: Taken, what: [&str; 2]) -> Vec<Row> {
    let Taken { memory, disk, answers } = taken;
    let early = answers.0.values().sum::<u32>() < REQUESTS;
    let mut growth = megabytes(disk);
    if early {
        growth = format!("> {growth}");
    }
    vec![
        plain(what, megabytes(memory), ["< 150 MB", "< 150 MB"], memory < MEMORY),
        plain(
            ["на столько выросла папка данных", "growth of the data folder"],
            growth,
            ["≤ 60 MB", "≤ 60 MB"],
            disk <= DISK && !early,
        ),
        answers.row(["ответы на эти запросы", "answers to these requests"]),
    ]
}
