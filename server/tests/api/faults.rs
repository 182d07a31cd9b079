//! A disk that is full or fails every write: only stored events are answered 200, stored events are delivered, and
//! the service recovers by itself once there is space again.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{BotApi, Play, Process, TOKEN, client, eventually, number_of};

/// A small disk for one test, which is unmounted when it is dropped.
struct Disk {
    path: PathBuf,
    ballast: PathBuf,
}

impl Disk {
    /// Returns `None`, and prints the reason, where mounting is not allowed.
    fn mount(folder: &Path) -> Option<Self> {
        let path = folder.join("data");
        fs::create_dir(&path).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs"]).arg(&path).output();
        if !done.is_ok_and(|output| output.status.success()) {
            println!("skipped: a file system of limited size cannot be mounted here (it takes root)");
            return None;
        }
        Some(Self { ballast: path.join("ballast"), path })
    }

    fn fill(&self) {
        let mut file = fs::File::create(&self.ballast).unwrap();
        for piece in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(&self.ballast).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

#[derive(Debug)]
enum Reply {
    Stored,
    Again,
}

struct Caller {
    http: reqwest::Client,
    base: String,
}

impl Caller {
    fn new(process: &Process) -> Self {
        Self { http: client(), base: process.base.clone() }
    }

    /// Posts an event that is large enough to need space on the disk.
    async fn post(&self, number: usize, chat: usize) -> Reply {
        let event = json!({
            "CaseParticipants": {"ContactInformation": {"Fields": [{"Name": "*TelegramId", "Value": chat.to_string()}]}},
            "Ballast": "x".repeat(20_000),
            "Number": number,
        });
        let query = format!("telegramToken={TOKEN}&telegramFieldName=*TelegramId&message=n{number}");
        let url = format!("{}/webhook/telegram?{query}", self.base);
        let response = self.http.post(url).body(event.to_string()).send().await.unwrap();
        match response.status().as_u16() {
            200 => Reply::Stored,
            503 => {
                let wait = response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
                assert!((1..=3600).contains(&wait), "{wait}");
                let answer: Value = response.json().await.unwrap();
                assert_eq!(answer["Status"], "Error", "{answer}");
                Reply::Again
            }
            other => panic!("{other}: {}", response.text().await.unwrap()),
        }
    }

    async fn post_until_stored(&self, number: usize, chat: usize) {
        eventually("the service to take events again", async || matches!(self.post(number, chat).await, Reply::Stored))
            .await;
    }
}

/// Returns the numbers of the messages that arrived, in order.
fn arrived(api: &BotApi) -> Vec<usize> {
    let mut numbers: Vec<usize> = api.texts().iter().map(|text| number_of(text)).collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn an_idle_server_reports_a_full_disk_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else { return };
    let api = BotApi::start().await;
    let process = Process::serve(&disk.path, &["--telegram-api", &api.url()]).await;
    let caller = Caller::new(&process);
    caller.post_until_stored(0, 5).await;
    let mut stored = vec![0];
    for number in 1..=3 {
        disk.fill();
        // Space that the write-ahead log took before may still suffice for a few events.
        let mut refused = 0;
        for attempt in 0..900 {
            let number = number * 1_000 + attempt;
            match caller.post(number, number).await {
                Reply::Stored => stored.push(number),
                Reply::Again => refused += 1,
            }
            if refused == 3 {
                break;
            }
        }
        assert_eq!(refused, 3, "a full disk takes no end of events");
        let health = client().get(format!("{}/healthz", process.base)).send().await.unwrap();
        assert_eq!(health.status(), 200);
        disk.free();
        caller.post_until_stored(number, number).await;
        stored.push(number);
    }
    stored.sort_unstable();
    api.wait_for_texts(stored.len()).await;
    assert_eq!(arrived(&api), stored, "each once, and none that was refused");
    assert_eq!(process.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_load_neither_loses_nor_repeats_events() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else { return };
    let api = BotApi::start().await;
    let process = Process::serve(&disk.path, &["--telegram-api", &api.url()]).await;
    let refusals = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    let caller = Caller::new(&process);
    // Each client repeats refused requests, as a booking service does.
    let load = async |of: usize| {
        let mut stored = Vec::new();
        for event in 0..40 {
            let number = of * 100 + event;
            while matches!(caller.post(number, number).await, Reply::Again) {
                refusals.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
            stored.push(number);
        }
        stored
    };
    let trouble = async {
        for round in 1..=2 {
            api.wait_for_calls(round * 3).await;
            disk.fill();
            let enough = refusals.load(Ordering::Relaxed) + 20;
            eventually("refusals", async || refusals.load(Ordering::Relaxed) >= enough || over.load(Ordering::Relaxed))
                .await;
            disk.free();
        }
    };
    let all = async {
        let (a, b, c, d, e, f) = tokio::join!(load(1), load(2), load(3), load(4), load(5), load(6));
        over.store(true, Ordering::Relaxed);
        [a, b, c, d, e, f].concat()
    };
    let (mut stored, ()) = tokio::join!(all, trouble);
    stored.sort_unstable();
    println!("{} answered 503", refusals.load(Ordering::Relaxed));
    assert!(refusals.load(Ordering::Relaxed) > 0);
    api.wait_for_texts(stored.len()).await;
    assert_eq!(arrived(&api), stored, "each once");
    assert_eq!(process.terminate(), Some(0));
}

#[tokio::test]
async fn a_message_in_flight_while_the_disk_fills_up_is_sent_once() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else { return };
    let api = BotApi::start().await;
    let ring = std::sync::Arc::new(tokio::sync::Notify::new());
    api.next([Play::Late(ring.clone())]);
    let process = Process::serve(&disk.path, &["--telegram-api", &api.url()]).await;
    let caller = Caller::new(&process);
    caller.post_until_stored(1, 5).await;
    api.wait_for_messages(1).await;
    disk.fill();
    let mut stored = vec![1];
    for number in 2..400 {
        match caller.post(number, number).await {
            Reply::Stored => stored.push(number),
            Reply::Again => break,
        }
    }
    ring.notify_one();
    let waiting = "could not be recorded yet";
    let before = process.output().matches(waiting).count();
    disk.free();
    caller.post_until_stored(1_000, 5).await;
    stored.push(1_000);
    api.wait_for_texts(stored.len()).await;
    println!("{before} answers waited to be recorded");
    assert_eq!(arrived(&api), stored, "each once; the next of the chat after it");
    assert_eq!(process.terminate(), Some(0));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_server_recovers_from_a_disk_that_fails_every_write() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let api = BotApi::start().await;
    let process = Process::serve_deaf_to_limits(&data, &["--telegram-api", &api.url()]).await;
    let caller = Caller::new(&process);
    let limit = |size: &str| {
        let limit = format!("--fsize={size}:unlimited");
        let done = Command::new("prlimit").args(["--pid", &process.id().to_string(), &limit]).status();
        done.is_ok_and(|status| status.success())
    };
    if !limit("unlimited") {
        println!("skipped: the size of files cannot be limited here (prlimit of util-linux)");
        return;
    }
    caller.post_until_stored(1, 5).await;
    api.wait_for_texts(1).await;
    let mut stored = vec![1];
    for round in 1..=3 {
        // Every write to a file fails from now on.
        assert!(limit("0"));
        let mut posts = JoinSet::new();
        for of in 0..4 {
            let caller = Caller::new(&process);
            posts.spawn(async move {
                for number in 0..4 {
                    let number = round * 1_000 + of * 10 + number;
                    assert!(matches!(caller.post(number, number).await, Reply::Again), "{number}");
                }
            });
        }
        posts.join_all().await;
        assert!(limit("unlimited"));
        caller.post_until_stored(round * 1_000 + 999, 5).await;
        stored.push(round * 1_000 + 999);
    }
    api.wait_for_texts(stored.len()).await;
    assert_eq!(arrived(&api), stored, "each once, and none that was refused");
    assert_eq!(process.terminate(), Some(0));
}
