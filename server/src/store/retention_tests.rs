//! Retention: old data is deleted in small pieces, unfinished data stays, and the file does not grow.

use std::time::Instant;

use hookgram::{channel::ChannelKind, profile::EditedProfile, secret::BotToken};
use tokio::sync::watch;

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, test_message, to, to_sandbox},
    *,
};
use crate::store::maintenance::STATEMENTS;
use crate::{
    serve::retention::Retention,
    settings::{Live, Values},
    store::audit::COMMAND_LINE,
    time::Millis,
};

const DAY: Millis = 86_400_000;
const KEEP: Duration = Duration::from_secs(30 * 86_400);

fn keep() -> Live {
    let mut values = Values::default();
    values.retention = KEEP;
    Live::of(values)
}

fn bot(id: i64) -> BotToken {
    BotToken::parse(&TOKEN.replace("7001002003", &(id + 1).to_string())).unwrap()
}

async fn on_disk() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    (folder, store)
}

/// Stores `count` delivered events, a millisecond apart, each with a payload of `bytes` bytes and one attempt.
async fn fill(store: &Store, count: i64, received_at: Millis, bytes: i64) {
    let mut tx = store.db.write.begin().await.unwrap();
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO events (public_id, received_at, parameters, fingerprint, outcome, http_status)
         SELECT hex(randomblob(12)), ?2 + i, '', randomblob(32 + ?3 * 0), 'accepted', 200 FROM n",
        "INSERT INTO payloads (event_id, encoding, body) SELECT id, 'identity', randomblob(?3 + ?1 * 0)
         FROM events WHERE received_at > ?2 AND id NOT IN (SELECT event_id FROM payloads)",
        "INSERT INTO deliveries (event_id, participant, chat, lane, sandbox, state, parts, created_at, age_from, finished_at)
         SELECT id, ?1 * 0, '5', x'', 0, 'delivered', '[\"' || hex(randomblob(100)) || '\"]', received_at, ?3 * 0, received_at
         FROM events WHERE received_at > ?2 AND id NOT IN (SELECT event_id FROM deliveries)",
        "INSERT INTO attempts (delivery_id, part, started_at, latency_ms, class)
         SELECT id, ?1 * 0, ?2, ?3, 'sent' FROM deliveries WHERE id NOT IN (SELECT delivery_id FROM attempts)",
    ] {
        sqlx::query(statement).bind(count).bind(received_at).bind(bytes).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn count(store: &Store, table: &'static str) -> i64 {
    sqlx::query_scalar(table).fetch_one(&store.db.read).await.unwrap()
}

async fn counts(store: &Store) -> [i64; 4] {
    [
        count(store, "SELECT count(*) FROM events").await,
        count(store, "SELECT count(*) FROM deliveries").await,
        count(store, "SELECT count(*) FROM attempts").await,
        count(store, "SELECT count(*) FROM sandbox_messages").await,
    ]
}

/// Runs a whole sweep. Returns the number of steps.
async fn sweep(store: &Store, now: Millis) -> usize {
    let mut retention = Retention::new(store.clone(), keep());
    let mut steps = 1;
    while retention.run_once(now).await.unwrap() {
        steps += 1;
    }
    steps
}

fn bytes(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[tokio::test]
async fn old_events_are_deleted_with_their_rows_and_unfinished_ones_stay() {
    let store = Store::in_memory().await.unwrap();
    let profile = store
        .profiles
        .put(None, &EditedProfile { channel: ChannelKind::Sandbox, ..draft("A") }, &COMMAND_LINE)
        .await
        .unwrap();
    let source = TokenSource::Profile(profile);
    let sandbox =
        |public_id| AcceptedEvent { channel: ChannelKind::Sandbox, bot_id: None, ..event(public_id, &source) };
    accept_with(&store, sandbox("shown"), vec![to("5")], 0).await.unwrap();
    let claimed = claim_due(&store, "one", 1_000, 31_000, &[]).await;
    to_sandbox(&store, &claimed[0], 1_000).await;
    let skipped = AcceptedEvent { skipped: true, ..sandbox("skipped") };
    accept_with(&store, skipped, Vec::new(), 0).await.unwrap();
    accept_with(&store, sandbox("unfinished"), vec![to("5"), to("6")], 0).await.unwrap();
    let young = AcceptedEvent { received_at: 31 * DAY, ..sandbox("young") };
    accept_with(&store, young, vec![to("7")], 0).await.unwrap();
    for at in [1_000, 31 * DAY] {
        store.profiles.add_sandbox_message(&test_message(profile, at)).await.unwrap();
    }
    fill(&store, 200, 2_000, 10).await;
    let done = claim_due(&store, "one", 1_000, 31_000, &[]).await.remove(0);
    to_sandbox(&store, &done, 1_000).await;

    sweep(&store, 30 * DAY).await;
    assert_eq!(store.events.newest(None, 999).await.unwrap().len(), 204, "nothing is older than 30 days yet");
    sweep(&store, 40 * DAY).await;
    let left: Vec<String> =
        store.events.newest(None, 9).await.unwrap().into_iter().map(|event| event.public_id).collect();
    assert_eq!(left, ["young", "unfinished"]);
    assert_eq!(counts(&store).await, [2, 3, 3, 3], "of the unfinished event nothing goes");

    let last = claim_due(&store, "one", 40 * DAY, 41 * DAY, &[]).await.remove(0);
    to_sandbox(&store, &last, 40 * DAY).await;
    sweep(&store, 70 * DAY).await;
    assert_eq!(counts(&store).await, [2, 3, 3, 4], "what has just come to its end is kept as long as anything else");
    sweep(&store, 71 * DAY).await;
    assert_eq!(counts(&store).await, [1, 1, 1, 0]);
}

#[tokio::test]
async fn retention_skips_many_unfinished_events() {
    let store = Store::in_memory().await.unwrap();
    fill(&store, 300, 0, 10).await;
    sqlx::query("UPDATE deliveries SET state = 'parked', finished_at = NULL").execute(&store.db.write).await.unwrap();
    fill(&store, 100, 1_000, 10).await;
    sweep(&store, 40 * DAY).await;
    assert_eq!(counts(&store).await, [300, 300, 300, 0]);
}

#[tokio::test]
async fn an_event_with_very_many_messages_is_deleted_in_pieces() {
    let store = Store::in_memory().await.unwrap();
    fill(&store, 1, 0, 2_000_000).await;
    fill(&store, 1, 9, 10).await;
    sqlx::query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
         INSERT INTO deliveries (event_id, participant, sandbox, state, parts, created_at, age_from, finished_at)
         SELECT 1, i, 0, 'failed', hex(randomblob(4000)), 0, 0, 0 FROM n",
    )
    .execute(&store.db.write)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO attempts (delivery_id, part, started_at, latency_ms, class)
         SELECT deliveries.id, 0, 0, 0, 'refused' FROM deliveries CROSS JOIN json_each('[1,2,3]')",
    )
    .execute(&store.db.write)
    .await
    .unwrap();
    let mut retention = Retention::new(store.clone(), keep());
    let mut before: i64 = counts(&store).await.iter().sum();
    let mut going = true;
    while going {
        going = retention.run_once(40 * DAY).await.unwrap();
        let left = counts(&store).await.iter().sum();
        assert!(before - left <= 64 + 16, "{before} to {left}");
        before = left;
    }
    assert_eq!(before, 0);
}

#[tokio::test]
async fn the_database_file_shrinks_with_its_content() {
    let (folder, store) = on_disk().await;
    let empty = bytes(folder.path());
    let mut sizes = Vec::new();
    for generation in 1..=6 {
        let at = generation * 40 * DAY;
        fill(&store, 500, at, 8_000).await;
        let full = bytes(folder.path());
        assert!(full > 4_000_000, "{full}");
        let copy = folder.path().join("copy.db");
        let mut retention = Retention::new(store.clone(), keep());
        for _ in 0..3 {
            assert!(retention.run_once(at + 31 * DAY).await.unwrap());
        }
        store.backup(&copy).await.unwrap();
        while retention.run_once(at + 31 * DAY).await.unwrap() {}
        let whole =
            Store::connect(&format!("sqlite://{}", copy.display()), Sealer::ephemeral().unwrap()).await.unwrap();
        let check: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&whole.db.read).await.unwrap();
        let [events, deliveries, ..] = counts(&whole).await;
        assert!(check == "ok" && events == deliveries && (1..500).contains(&events), "{check} {events} {deliveries}");
        whole.close().await;
        fs::remove_file(&copy).unwrap();
        // The first commit after a checkpoint truncates the write-ahead log.
        store.bots.accepted(&bot(generation), "Salon", "salon_bot").await.unwrap();
        assert_eq!(counts(&store).await, [0; 4]);
        sizes.push(bytes(folder.path()));
    }
    let most = empty + 256 * 4096 + 4_194_304 + 1_000_000;
    assert!(sizes.iter().all(|size| *size <= most), "{sizes:?} with {empty} at first");
    assert!(sizes.last() <= sizes.iter().max() && sizes[5] <= sizes[0] + 200_000, "{sizes:?}");
    store.close().await;
    let closed = bytes(folder.path());
    assert!(closed <= empty + 257 * 4096, "{closed} with {empty} at first");
}

#[tokio::test]
async fn no_retention_statement_scans_a_whole_table() {
    let store = Store::in_memory().await.unwrap();
    for statement in STATEMENTS {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explain).bind(1).bind(1).bind(1).bind(1).fetch_all(&store.db.read).await.unwrap();
        for (_, _, _, step) in plan {
            let bounded = ["json_each", "(subquery", "SCAN e VIRTUAL", "SCAN l VIRTUAL", "CONSTANT ROW"];
            assert!(!step.contains("SCAN") || bounded.iter().any(|name| step.contains(name)), "{step} in {statement}");
        }
    }
    // Foreign keys also need an index, because a deletion looks up the rows that refer to it.
    let missing: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.name, f.\"from\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
         WHERE t.type = 'table' AND f.\"table\" IN ('events', 'deliveries') AND NOT EXISTS (
             SELECT 1 FROM pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
             WHERE c.seqno = 0 AND c.name = f.\"from\")
         AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.pk = 1 AND c.name = f.\"from\")",
    )
    .fetch_all(&store.db.read)
    .await
    .unwrap();
    assert!(missing.is_empty(), "no index begins with {missing:?}");
}

#[tokio::test]
async fn expired_sessions_and_links_are_deleted() {
    let store = Store::in_memory().await.unwrap();
    let user = store.accounts.add_user("a@b.c", hookgram::role::Role::Viewer, None, &COMMAND_LINE).await.unwrap().id;
    let whose = store.accounts.user(user).await.unwrap().unwrap();
    for (hash, now, expires_at) in
        [(&b"idle"[..], 0, 90 * DAY), (b"used", 20 * DAY, 90 * DAY), (b"over", DAY, 21 * DAY)]
    {
        let session = NewSession { token_hash: hash, user: &whose, now, expires_at, user_agent: "", address: "" };
        store.accounts.add_session(session, &COMMAND_LINE).await.unwrap();
        let link = NewLink { code_hash: hash, kind: LinkKind::SignIn, user_id: Some(user), expires_at };
        store.accounts.add_link(link, &COMMAND_LINE).await.unwrap();
    }
    sweep(&store, 22 * DAY).await;
    assert!(store.accounts.session(b"used", 22 * DAY, 14 * DAY).await.unwrap().is_some());
    assert_eq!(count(&store, "SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn rows_of_every_growing_table_are_deleted_when_they_expire() {
    let store = Store::in_memory().await.unwrap();
    let profile = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    accept_with(&store, event("a", TokenSource::Profile(profile)), vec![to("5")], 0).await.unwrap();
    store.bots.accepted(&bot(8), "Salon", "salon_bot").await.unwrap();
    for statement in [
        // These are mails and bulk actions, some of them finished at 5 days.
        "INSERT INTO mails (id, parameters, cause, state, created_at, due_at, finished_at)
         SELECT value, '', 'blocked', iif(value = 1, 'gathering', 'sent'), 0, 0, iif(value = 1, NULL, 432000000)
         FROM json_each('[1,2,3]')",
        "INSERT INTO mail_failures (mail_id, event_id) SELECT m.id, e.id FROM mails m CROSS JOIN events e
         CROSS JOIN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT i FROM n)",
        "INSERT INTO bulk_actions (kind, outcome, newest, total, asked_by, created_at, finished_at)
         SELECT 'cancel', 'waiting', 0, 0, '', 0, iif(value = 1, NULL, 432000000) FROM json_each('[1,2]')",
        // One webhook key expires in 1970, one after 50 days. The current one does not expire.
        "INSERT INTO webhook_keys (key, profile_id, created_at, retired_at)
         SELECT 'k' || value, 1, 0, value FROM json_each('[1,4320000000]')",
        // The rows were last used in 1970, or 399 days before the last sweep.
        "INSERT INTO accepted_tokens (lane, accepted_at) SELECT CAST('t' || value AS BLOB), value FROM json_each('[1,172800000]')",
        "INSERT INTO moved_chats (chat, moved_to, at) SELECT value, '-1', value FROM json_each('[1,172800000]')",
        "INSERT INTO mail_addresses (address, state, at) SELECT s.value || a.value, s.value, a.value
         FROM json_each('[\"asked\",\"confirmed\",\"stopped\"]') s CROSS JOIN json_each('[1,172800000]') a",
        // One link expires in 1970, the other after 50 days.
        "INSERT INTO mail_address_links (code_hash, address, expires_at)
         SELECT CAST('l' || value AS BLOB), 'a@b.c', value FROM json_each('[1,4320000000]')",
        "UPDATE bots SET answered_at = 1",
    ] {
        sqlx::query(statement).execute(&store.db.write).await.unwrap();
    }
    let mut left = Vec::new();
    for day in [5, 36, 401] {
        sweep(&store, day * DAY).await;
        let mut row = Vec::new();
        for table in [
            "SELECT count(*) FROM mails",
            "SELECT count(*) FROM mail_failures",
            "SELECT count(*) FROM bulk_actions",
            "SELECT count(*) FROM webhook_keys",
            "SELECT count(*) FROM accepted_tokens WHERE accepted_at < 1000000000",
            "SELECT count(*) FROM moved_chats",
            "SELECT count(*) FROM bots WHERE id > 0",
            "SELECT count(*) FROM mail_addresses",
            "SELECT count(*) FROM mail_address_links",
        ] {
            row.push(count(&store, table).await);
        }
        left.push(row);
    }
    assert_eq!(left, [[3, 297, 2, 2, 2, 2, 2, 6, 1], [1, 99, 1, 2, 2, 2, 2, 6, 1], [1, 99, 1, 1, 1, 1, 1, 2, 0]]);
}

#[tokio::test]
async fn using_a_token_renews_the_time_it_was_accepted() {
    let store = Store::in_memory().await.unwrap();
    store.bots.accepted(&bot(1), "Salon", "salon_bot").await.unwrap();
    sqlx::query("UPDATE accepted_tokens SET accepted_at = 1").execute(&store.db.write).await.unwrap();
    store.bots.accepted(&bot(1), "Salon", "salon_bot").await.unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM accepted_tokens WHERE accepted_at > 1").await, 1);
}

#[tokio::test]
async fn the_retention_task_ends_when_the_server_stops() {
    let store = Store::in_memory().await.unwrap();
    let (stop, shutdown) = watch::channel(false);
    let task = tokio::spawn(Retention::new(store, keep()).run(shutdown));
    stop.send_replace(true);
    task.await.unwrap();
}

/// Measures how long a writer waits at most while much data is deleted. The variable `OLD_EVENTS` sets the number of
/// events (default 200,000).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of minutes"]
async fn measure_how_long_a_writer_waits_during_retention() {
    let events = std::env::var("OLD_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let (folder, store) = on_disk().await;
    fill(&store, events, 0, 1_500).await;
    store.maintenance.checkpoint().await.unwrap();
    let mut alone = Vec::new();
    for id in 0..2_000 {
        alone.push(write(&store, id).await);
    }
    println!("{events} events, {} MB; 2000 writes alone: {}", bytes(folder.path()) / 1_000_000, show(&mut alone));

    let (stop, stopped) = watch::channel(false);
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        let mut waits = Vec::new();
        while !*stopped.borrow() {
            waits.push(write(&writer, 0).await);
            tokio::task::yield_now().await;
        }
        waits
    });
    let (mut held, mut place) = (Vec::new(), Some(SweepPlace::FIRST));
    while let Some(from) = place {
        let swept = store.maintenance.delete_old_events(DAY, from).await.unwrap();
        store.maintenance.checkpoint().await.unwrap();
        held.push(swept.held);
        place = swept.next;
    }
    let mut vacuumed = Vec::new();
    let mut going = true;
    while going {
        let begun = Instant::now();
        going = store.maintenance.shrink().await.unwrap();
        vacuumed.push(begun.elapsed());
        store.maintenance.checkpoint().await.unwrap();
    }
    stop.send_replace(true);
    let mut waits = writing.await.unwrap();
    println!("{} deletions without pauses: {}", held.len(), show(&mut held));
    println!("{} steps of giving room back: {}", vacuumed.len(), show(&mut vacuumed));
    println!("{} writes meanwhile: {}", waits.len(), show(&mut waits));
    println!("{} MB left", bytes(folder.path()) / 1_000_000);
}

async fn write(store: &Store, id: i64) -> Duration {
    let begun = Instant::now();
    store.bots.accepted(&bot(id), "Salon", "salon_bot").await.unwrap();
    begun.elapsed()
}

fn show(spans: &mut [Duration]) -> String {
    spans.sort();
    let at = |percent: usize| spans[(spans.len() - 1) * percent / 100];
    format!("median {:?}, 99 % {:?}, longest {:?}", at(50), at(99), at(100))
}
