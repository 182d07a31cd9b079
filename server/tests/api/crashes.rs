//! The process is killed again and again while it accepts and delivers events: events answered 200 arrive.

use std::{
    collections::{HashMap, HashSet},
    env,
    time::Instant,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Client;
use tokio::{sync::watch, task::JoinSet};

use crate::support::{BotApi, Process, client, event, eventually, number_of};

const ROUNDS: usize = 20;
const CLIENTS: usize = 5;
/// The number of events of each client, posted one after the other.
const EVENTS: usize = 5;
/// Telegram takes only 20 new bots a minute, so there are few.
const BOTS: usize = 4;

/// Two rounds write to the same chats of the same bot.
fn chat(round: usize, client: usize) -> (String, String) {
    let place = round % (ROUNDS / 2);
    let token = format!("{}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", 7_001_002_003 + place % BOTS);
    (token, format!("{}", 100 + place * CLIENTS + client))
}

/// A number that grows within a chat and is unique among all events.
fn number(round: usize, client: usize, event: usize) -> usize {
    (round * CLIENTS + client) * EVENTS + event
}

#[derive(Debug, Default)]
struct Tally {
    answered: HashSet<usize>,
    kills: usize,
    receipts: usize,
    repeated: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_answered_200_survive_twenty_kills() {
    let seed = env::var("HOOKGRAM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random::<u32>);
    println!("HOOKGRAM_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed.into());
    let begun = Instant::now();
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut tally = Tally::default();
    for round in 0..ROUNDS {
        // Each run has its own base URL, so that a late request is not counted for the next run.
        let process = Process::serve(&data, &["--telegram-api", &format!("{}/life{round}", api.url())]).await;
        let (answers, mut answered) = watch::channel(0);
        let mut posting = JoinSet::new();
        for client in 0..CLIENTS {
            posting.spawn(post_all(process.base.clone(), round, client, answers.clone()));
        }
        if random.random() {
            let answer = random.random_range(1..=CLIENTS * EVENTS);
            answered.wait_for(|count| *count >= answer).await.unwrap();
        } else {
            let call = random.random_range(1..=CLIENTS * 3);
            api.wait_for_calls(api.asked().len() + call).await;
        }
        process.kill();
        tally.kills += 1;
        tally.answered.extend(posting.join_all().await.into_iter().flatten());
    }
    let last = Process::serve(&data, &["--telegram-api", &format!("{}/life{ROUNDS}", api.url())]).await;
    eventually("everything that was answered 200 to arrive", async || {
        let there: HashSet<usize> = api.texts().iter().map(|text| number_of(text)).collect();
        tally.answered.is_subset(&there)
    })
    .await;
    assert_eq!(last.terminate(), Some(0));
    judge(&api, &mut tally);
    println!(
        "{} answered 200, {} received of which {} again after {} kills, in {:?}",
        tally.answered.len(),
        tally.receipts,
        tally.repeated,
        tally.kills,
        begun.elapsed()
    );
}

/// Posts a client's events in order until the server stops answering. Returns the events that were answered 200.
async fn post_all(base: String, round: usize, of: usize, answers: watch::Sender<usize>) -> Vec<usize> {
    let (http, mut answered) = (client(), Vec::new());
    let (token, chat) = chat(round, of);
    for number in (0..EVENTS).map(|event| number(round, of, event)) {
        let Some(status) = post(&http, &base, &token, &chat, number).await else { break };
        assert_eq!(status, 200, "{number}");
        answered.push(number);
        answers.send_modify(|count| *count += 1);
    }
    answered
}

async fn post(http: &Client, base: &str, token: &str, chat: &str, number: usize) -> Option<u16> {
    let url = format!("{base}/webhook/telegram?telegramToken={token}&telegramFieldName=*TelegramId&message=n{number}");
    let response = http.post(url).body(event(&number.to_string(), &[chat])).send().await.ok()?;
    Some(response.status().as_u16())
}

/// Checks that a chat got all messages in order. At most one message per kill may be repeated: the last one that the
/// killed process was sending to the chat.
fn judge(api: &BotApi, tally: &mut Tally) {
    let mut chats: HashMap<(String, String), Vec<(String, usize)>> = HashMap::new();
    for asked in api.asked().into_iter().filter(|asked| asked.method == "sendMessage") {
        let number = number_of(asked.body["text"].as_str().unwrap());
        let chat = asked.body["chat_id"].as_str().unwrap().to_owned();
        chats.entry((asked.token, chat)).or_default().push((asked.via, number));
        tally.receipts += 1;
    }
    for (chat, heard) in chats {
        for pair in heard.windows(2) {
            let [(life, before), (next_life, number)] = pair else { unreachable!() };
            assert!(before <= number, "out of order in {chat:?}: {heard:?}");
            if before == number {
                assert_ne!(life, next_life, "sent twice by one process: {number} in {chat:?}");
                tally.repeated += 1;
            }
        }
    }
}
