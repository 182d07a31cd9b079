//! Changing the encryption key with the real binary, beside the real server.

use std::{
    fs,
    path::Path,
    process::{Output, Stdio},
    time::{Duration, Instant},
};

use data_encoding::BASE64;
use hookgram::{
    channel::ChannelKind,
    parameters::Parameter,
    profile::{EditedProfile, Profile},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use server::{
    secrets::seal::KEY_FILE,
    store::{KeyState, Store, audit::COMMAND_LINE},
};
use sqlx::Connection as _;
use tokio::task::JoinSet;

use crate::support::{BotApi, Process, TOKEN, client, config, event, eventually, hookgram, number_of, run};

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn open(data: &Path) -> Store {
    Store::open(config(data, "http://127.0.0.1:1").location()).await.unwrap()
}

fn draft(name: &str) -> EditedProfile {
    let mut profile = Profile::default();
    profile.set(Parameter::TelegramFieldName, "*TelegramId").unwrap();
    profile.set(Parameter::TelegramToken, TOKEN).unwrap();
    EditedProfile {
        name: name.to_owned(),
        enabled: None,
        channel: ChannelKind::Telegram,
        bare_ids: None,
        bot: None,
        events: Vec::new(),
        profile,
        key: None,
    }
}

/// Returns the numbers of the keys that secrets are encrypted with.
async fn numbers(data: &Path) -> Vec<i64> {
    let url = format!("sqlite://{}", data.join("hookgram.db").display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let numbers = sqlx::query_scalar(
        "SELECT DISTINCT unicode(substr(sealed, 2, 1)) AS number FROM (
             SELECT token AS sealed FROM bots UNION ALL SELECT token FROM events UNION ALL SELECT totp FROM users
             UNION ALL SELECT token FROM drafts UNION ALL SELECT old_url FROM drafts
             UNION ALL SELECT sealed FROM settings) WHERE sealed IS NOT NULL ORDER BY number",
    );
    let numbers = numbers.fetch_all(&mut database).await.unwrap();
    database.close().await.unwrap();
    numbers
}

async fn post(base: &str, place: &str, number: usize) -> u16 {
    let url = format!("{base}{place}&message=n{number}");
    let chat = (1_000 + number).to_string();
    let sent = client().post(url).body(event(&number.to_string(), &[&chat])).send().await;
    sent.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_the_key_under_load_loses_no_event() {
    const CLIENTS: usize = 4;
    const EVENTS: usize = 25;
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Process::serve(&data, &["--telegram-api", &api.url()]).await;
    let store = open(&data).await;
    let id = store.profiles.put(None, &draft("Salon"), &COMMAND_LINE).await.unwrap();
    let short = format!("/h/{}?x=1", store.profiles.get(id).await.unwrap().unwrap().key);
    store.close().await;
    let first = fs::read(data.join(KEY_FILE)).unwrap();

    let mut posting = JoinSet::new();
    for client in 0..CLIENTS {
        let (base, short) = (server.base.clone(), short.clone());
        posting.spawn(async move {
            let stateless = format!("/webhook/telegram?telegramToken={TOKEN}&telegramFieldName=*TelegramId");
            for number in (0..EVENTS).map(|event| client * EVENTS + event) {
                let place = if number % 2 == 0 { &short } else { &stateless };
                assert_eq!(post(&base, place, number).await, 200, "{number} at {place}");
            }
        });
    }
    for _ in 0..3 {
        let changed = run(&data, &["key", "rotate"]).await;
        assert!(changed.status.success(), "{}", said(&changed));
    }
    posting.join_all().await;
    eventually("everything that was answered 200 to arrive", async || api.texts().len() >= CLIENTS * EVENTS).await;
    let mut arrived: Vec<usize> = api.texts().iter().map(|text| number_of(text)).collect();
    arrived.sort_unstable();
    assert_eq!(arrived, (0..CLIENTS * EVENTS).collect::<Vec<_>>(), "each once");
    assert_eq!(numbers(&data).await, [4]);
    let text = fs::read_to_string(data.join(KEY_FILE)).unwrap();
    assert!(text.starts_with("4:") && text.lines().count() == 1, "one key is left");
    assert!(!fs::read(data.join(KEY_FILE)).unwrap().windows(40).any(|window| first.starts_with(window)));
    let log = server.output();
    assert!(!log.contains("ERROR") && !log.contains("no usable token"), "{log}");
    assert_eq!(server.terminate(), Some(0));

    // The old key decrypts nothing any more.
    let new = fs::read(data.join(KEY_FILE)).unwrap();
    fs::write(data.join(KEY_FILE), &first).unwrap();
    let store = open(&data).await;
    assert_eq!(store.secrets.key_state().await.unwrap(), KeyState::Wrong(4));
    assert!(store.profiles.get(id).await.unwrap().unwrap().profile.token.is_none());
    store.close().await;
    fs::write(data.join(KEY_FILE), new).unwrap();
    let store = open(&data).await;
    assert_eq!(store.secrets.key_state().await.unwrap(), KeyState::Right(4));
    assert!(store.profiles.get(id).await.unwrap().unwrap().profile.token.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_key_change_loses_nothing_and_can_be_resumed() {
    const PROFILES: usize = 1_000;
    let seed =
        std::env::var("HOOKGRAM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random::<u32>);
    println!("HOOKGRAM_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed.into());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = open(&data).await;
    let drafts: Vec<EditedProfile> = (0..PROFILES).map(|number| draft(&format!("profile {number}"))).collect();
    store.profiles.add_all(&drafts, &COMMAND_LINE).await.unwrap();
    let begun = Instant::now();
    assert!(run(&data, &["key", "rotate"]).await.status.success());
    let whole = begun.elapsed();
    for _ in 0..8 {
        let mut command = hookgram(&data, &["key", "rotate"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let wait = random.random_range(0..u64::try_from(whole.as_micros()).unwrap());
        tokio::time::sleep(Duration::from_micros(wait)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        // One store was opened with the old keys, the other one is opened now.
        for store in [&store, &open(&data).await] {
            assert!(matches!(store.secrets.key_state().await.unwrap(), KeyState::Right(_)));
            let profiles = store.profiles.all().await.unwrap();
            assert!(profiles.iter().all(|stored| stored.profile.token.as_ref().is_some_and(|t| t.expose() == TOKEN)));
            assert_eq!(profiles.len(), PROFILES);
        }
    }
    let last = run(&data, &["key", "rotate"]).await;
    assert!(last.status.success(), "{}", said(&last));
    assert_eq!(numbers(&data).await.len(), 1);
    assert_eq!(fs::read_to_string(data.join(KEY_FILE)).unwrap().lines().count(), 1);
    let left: Vec<String> =
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with(".secret")), "no key lies beside its file: {left:?}");
}

#[tokio::test]
async fn rotating_an_env_key_takes_three_steps_and_prints_the_next_one() {
    let key = |byte: u8| BASE64.encode(&[byte; 32]);
    let (old, both, new) = (key(1), format!("2:{},1:{}", key(2), key(1)), format!("2:{}", key(2)));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = async |keys: &str| {
        Process::serve_with(&data, &[], |command| _ = command.env("HOOKGRAM_SECRET_KEY", keys)).await
    };
    let rotate = |keys: &str| {
        hookgram(&data, &["key", "rotate"]).env("HOOKGRAM_SECRET_KEY", keys).stdin(Stdio::null()).output().unwrap()
    };
    let server = serve(&old).await;
    let text = said(&rotate(&old));
    assert!(text.contains("HOOKGRAM_SECRET_KEY") && text.contains("2:NEW,1:OLD") && text.contains("restart"), "{text}");
    let text = said(&rotate(&both));
    assert!(text.contains("does not know key 2") && text.contains("restart"), "{text}");
    assert_eq!(numbers(&data).await, [1], "nothing was changed");
    server.terminate();
    let server = serve(&both).await;
    let changed = rotate(&both);
    let text = said(&changed);
    assert!(changed.status.success() && text.contains("remove it from HOOKGRAM_SECRET_KEY"), "{text}");
    assert_eq!(numbers(&data).await, [2]);
    server.terminate();
    let server = serve(&new).await;
    assert!(!server.output().contains("ERROR"), "{}", server.output());
    assert!(!data.join(KEY_FILE).exists());
    for secret in [key(1), key(2)] {
        assert!(!text.contains(&secret), "{text}");
    }
    server.terminate();
    // The server notices a change of a key file that the environment names, without a restart.
    let file = folder.path().join("keys");
    fs::write(&file, &new).unwrap();
    let named = |command: &mut std::process::Command| _ = command.env("HOOKGRAM_SECRET_KEY_FILE", &file);
    let server = Process::serve_with(&data, &[], named).await;
    fs::write(&file, format!("3:{}\n{new}\n", key(3))).unwrap();
    let mut command = hookgram(&data, &["key", "rotate"]);
    let changed = command.env("HOOKGRAM_SECRET_KEY_FILE", &file).output().unwrap();
    assert!(changed.status.success(), "{}", said(&changed));
    assert_eq!(numbers(&data).await, [3]);
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test]
async fn a_key_that_does_not_belong_to_the_database_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let none = run(&data, &["key", "rotate"]).await;
    assert!(!none.status.success() && said(&none).contains("there is no database"), "{}", said(&none));
    open(&data).await.close().await;
    fs::remove_file(data.join(KEY_FILE)).unwrap();
    let wrong = run(&data, &["key", "rotate"]).await;
    assert!(!wrong.status.success() && said(&wrong).contains("a different key"), "{}", said(&wrong));
    assert_eq!(fs::read_to_string(data.join(KEY_FILE)).unwrap().lines().count(), 1, "no key was added");
}
