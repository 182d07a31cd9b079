//! Many bots at once: none starves, Telegram's limits are kept, and the memory for them is bounded.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    time::{Duration, Instant},
};

use hookgram::secret::BotToken;
use server::{serve::Server, store::SenderKey, time::now};
use tokio::task::JoinSet;

use crate::support::{BotApi, TestServer, config, event, eventually};

/// The maximal number of new bots that call Telegram from here within a minute.
const NEW_BOTS: usize = 20;

fn token(bot: usize) -> String {
    format!("{}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", 7_001_000_000 + bot)
}

/// Records each of these bots as accepted by Telegram, so that the limits of strangers do not apply to what they
/// send.
async fn make_known(server: &TestServer, bots: usize) {
    for bot in 0..bots {
        let token = BotToken::parse(&token(bot)).unwrap();
        server.state.store.bots.accepted(&token, "Salon", "salon_bot").await.unwrap();
    }
}

/// Posts an event for each bot, to the same ten chats.
async fn post_to_all(server: &TestServer, bots: usize, number: &str) {
    let chats: Vec<String> = (0..10).map(|chat| (500 + chat).to_string()).collect();
    let body = event(number, &chats.iter().map(String::as_str).collect::<Vec<_>>());
    for first in (0..bots).step_by(16) {
        let mut tasks = JoinSet::new();
        for bot in first..bots.min(first + 16) {
            let url = server.url(&format!(
                "/webhook/telegram?telegramToken={}&telegramFieldName=*TelegramId&message=n{number}",
                token(bot)
            ));
            let request = server.http.post(url).header("content-type", "application/json").body(body.clone());
            tasks.spawn(request.send());
        }
        while let Some(answer) = tasks.join_next().await {
            assert_eq!(answer.unwrap().unwrap().status().as_u16(), 200);
        }
    }
}

/// The test simulates a minute in much less real time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_bots_with_ten_chats_each_are_served_fairly() {
    const BOTS: usize = 1_000;
    let api = BotApi::start().await;
    api.down().await;
    // The setup makes ten thousand commits, so the database is kept in memory where possible.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let server = TestServer::start_with(&api.url(), |config| config.data_dir = folder.path().to_owned()).await;
    make_known(&server, BOTS).await;
    post_to_all(&server, BOTS, "1").await;
    server.stop().await;
    // From here on only the test's clock counts: this server's worker does not run by itself.
    api.up().await;
    let server = Server::start(config(folder.path(), &api.url())).await.unwrap();

    let begun = now();
    let (mut seen, mut counted) = (HashSet::new(), 0);
    let mut sent: HashMap<String, usize> = HashMap::new();
    for minute in 2.. {
        assert!(minute < 200, "{counted} of {} after {minute} minutes", BOTS * 10);
        // The first scan calls Telegram for the new bots, and the next scans send the messages that waited, three per
        // bot at a time.
        let mut new = 0;
        for second in [0, 30, 31, 32] {
            let at = begun + minute * 61_000 + second * 1_000;
            server.state.worker.run_due_once(at).await.unwrap();
            let clock = Instant::now() + Duration::from_millis(u64::try_from(at - now()).unwrap());
            let asked = api.asked();
            let calls = asked.get(counted..).unwrap_or_default();
            let mut of_bot: HashMap<&str, usize> = HashMap::new();
            for call in calls {
                *of_bot.entry(&call.token).or_default() += 1;
                *sent.entry(call.token.clone()).or_default() += usize::from(call.taken);
                new += usize::from(seen.insert(call.token.clone()));
                // Telegram's answers also arrive in simulated time.
                let token = BotToken::parse(&call.token).unwrap();
                server.state.new_bots.heard(&SenderKey::of(&token), clock);
            }
            assert!(of_bot.values().all(|calls| *calls <= 30), "{of_bot:?}");
            counted = asked.len();
        }
        assert!(new <= NEW_BOTS, "{new} new bots within a minute");
        if sent.values().sum::<usize>() >= BOTS * 10 {
            break;
        }
        // Bots that Telegram knows by now have sent everything: they do not wait for bots that came later.
        let late = sent.values().filter(|sent| **sent < 10).count();
        assert!(late <= 2 * NEW_BOTS, "{late} bots are known and have not had all of theirs");
    }
    assert_eq!(sent.len(), BOTS);
    assert!(sent.values().all(|sent| *sent == 10));
    assert_eq!(server.state.store.queue.totals().await.unwrap().open, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_bots_at_once_exceed_no_limit_of_telegram() {
    let api = BotApi::start().await;
    api.limit();
    let server = TestServer::start(&api.url()).await;
    make_known(&server, NEW_BOTS).await;
    for number in ["1", "2", "3"] {
        post_to_all(&server, NEW_BOTS, number).await;
    }
    let count = NEW_BOTS * 10 * 3;
    eventually("every message to arrive", async || api.texts().len() >= count).await;
    assert_eq!((api.overstepped(), api.texts().len()), (0, count));
    let mut last: HashMap<(String, String), usize> = HashMap::new();
    for asked in api.asked() {
        let chat = asked.body["chat_id"].as_str().unwrap().to_owned();
        let number = crate::support::number_of(asked.body["text"].as_str().unwrap());
        let before = last.insert((asked.token, chat), number).unwrap_or(0);
        assert_eq!(number, before + 1, "in order within a chat");
    }
    server.stop().await;
}
