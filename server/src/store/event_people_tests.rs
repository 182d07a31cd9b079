//! The people whom events name: they are filled in after the commits that accept events, found in any spelling, and
//! deleted with their events.

use serde_json::{Value, json};

use super::{
    tests::{accept_with, claim_due, draft, event, saying, to},
    *,
};
use crate::{
    store::{audit::COMMAND_LINE, maintenance},
    time::Millis,
};

async fn profile(store: &Store) -> TokenSource {
    TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap())
}

/// Returns a participant with this name and phone.
fn named(name: &str, phone: &str) -> Value {
    json!({ "ContactInformation": { "Fields": [
        { "ParticipationFieldType": 1, "Name": "ФИО", "Value": name },
        { "ParticipationFieldType": 7, "Name": "Телефон", "Value": phone },
    ] } })
}

fn body(participants: &[Value]) -> Packed {
    Packed::of(json!({ "EventType": 3060, "CaseParticipants": participants }).to_string().as_bytes())
}

/// Accepts an event with these participants, each of whom has a chat: 100, 101, and so on.
async fn book(store: &Store, source: &TokenSource, public_id: &str, participants: &[Value], message: &str) {
    let deliveries = (0..participants.len())
        .map(|participant| NewDelivery {
            participant,
            chat: Ok((100 + participant).to_string()),
            message: saying(&[message]),
        })
        .collect();
    let event = AcceptedEvent { payload: body(participants), ..event(public_id, source) };
    accept_with(store, event, deliveries, 0).await.unwrap();
}

async fn fill(store: &Store) -> usize {
    let mut steps = 0;
    while store.maintenance.fill_people().await.unwrap() != Filled::Nothing {
        steps += 1;
    }
    steps
}

async fn number(store: &Store, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&store.db.read).await.unwrap()
}

async fn people_and_words(store: &Store) -> (i64, i64) {
    (number(store, "SELECT count(*) FROM people").await, number(store, "SELECT count(*) FROM people_words").await)
}

/// Returns the public ids of all rows that contain this text, page by page, and the number of pages.
async fn found(store: &Store, filter: LogFilter) -> (Vec<String>, usize) {
    let (mut filter, mut ids, mut pages) = (filter, Vec::new(), 0);
    loop {
        let page = store.log.page(&filter).await.unwrap();
        pages += 1;
        assert!(page.rows.len() <= usize::try_from(filter.limit).unwrap());
        ids.extend(page.rows.into_iter().map(|row| format!("{}/{}", row.public_id, row.delivery.unwrap_or_default())));
        filter.behind = page.next;
        if filter.behind.is_none() {
            return (ids, pages);
        }
    }
}

fn text(text: &str) -> LogFilter {
    LogFilter { text: Some(text.into()), limit: 50, ..LogFilter::default() }
}

async fn finds(store: &Store, what: &str) -> Vec<String> {
    found(store, text(what)).await.0
}

#[tokio::test]
async fn a_person_is_found_once_their_event_is_filled_in() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    book(&store, &source, "a", &[named("Королёва Анна", "+7 (911) 000-12-34")], "Hi").await;
    assert!(finds(&store, "королева").await.is_empty(), "nothing is filled in by the commit that accepts");
    let two = [named("Пётр Ильич", ""), named("Анна Ким", "8 912 555 44 33")];
    book(&store, &source, "b", &two, "Hi").await;
    // One event is skipped by its profile, one is refused, and one has a body that cannot be read.
    let skipped = AcceptedEvent { payload: body(&[named("Анна С.", "")]), skipped: true, ..event("c", &source) };
    accept_with(&store, skipped, Vec::new(), 0).await.unwrap();
    accept_with(&store, AcceptedEvent { payload: Packed::of(b"[]"), ..event("d", &source) }, vec![to("5")], 0)
        .await
        .unwrap();
    let copy = AcceptedEvent { fingerprint: b"a".to_vec(), received_at: 1_001, ..event("e", &source) };
    accept_with(&store, copy, Vec::new(), 1_000).await.unwrap();
    fill(&store).await;
    for (what, ids) in [
        ("королева", &["a/1"][..]),
        ("АННА", &["c/0", "b/3", "a/1"]),
        ("анна ким", &["b/3"]),
        ("петр", &["b/2"]),
        ("8 (911) 000 12 34", &["a/1"]),
        ("9110001234", &["a/1"]),
        ("1234", &["a/1"]),
        ("№1234", &[]),
        ("5554433", &["b/3"]),
        ("анна 4433", &["b/3"]),
        ("ильичёв", &[]),
        ("%", &[]),
    ] {
        assert_eq!(finds(&store, what).await, ids, "{what}");
    }
    let row = |rows: Vec<Logged>| rows.first().map(|row| (row.person.clone(), row.phone.clone())).unwrap();
    let anna = (Some("Королёва Анна".to_owned()), Some("+7 (911) 000-12-34".to_owned()));
    assert_eq!(row(store.log.logged_event("a").await.unwrap()), anna);
    assert_eq!(row(store.log.logged_event("e").await.unwrap()), anna, "a duplicate is about the same person");
    assert_eq!(row(store.log.logged_event("c").await.unwrap()).0.as_deref(), Some("Анна С."));
    assert_eq!(row(store.log.logged_event("d").await.unwrap()), (None, None));
    assert_eq!(fill(&store).await, 0);
}

#[tokio::test]
async fn matches_of_people_precede_matches_of_texts_and_no_row_is_listed_twice() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    for n in 0..120 {
        let (name, message) = match n % 3 {
            0 => ("Анна", "Hi"),
            1 => ("Пётр", "Ваш мастер: Анна"),
            _ => ("Анна", "Ваш мастер: Анна"),
        };
        book(&store, &source, &format!("{n:03}"), &[named(name, "")], message).await;
    }
    fill(&store).await;
    for limit in [1, 7, 50, 80, 200] {
        let (ids, _) = found(&store, LogFilter { limit, ..text("анна") }).await;
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((ids.len(), once.len()), (120, 120), "{limit}");
    }
    let first = store.log.page(&text("анна")).await.unwrap();
    assert!(first.rows.iter().all(|row| row.person.as_deref() == Some("Анна")));
    let failed = LogFilter { outcome: Some(hookgram::delivery::Outcome::Failed), ..text("анна") };
    assert!(found(&store, failed).await.0.is_empty());
}

#[tokio::test]
async fn a_frequent_name_is_found_page_by_page() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    book(&store, &source, "first", &[named("Анна Абрамова", "")], "Hi").await;
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO events (public_id, received_at, parameters, fingerprint, outcome, http_status)
         SELECT 'n' || i, 2000, '', randomblob(8), 'skipped', 200 FROM n",
        "INSERT INTO people (event_id, participant, name, words)
         SELECT id, 0, 'Анна', iif(id % 3 = 0, '[\"анна\",\"иванова\"]', '[\"анна\"]') FROM events WHERE id > 1",
        "UPDATE people_progress SET reached = 1000000",
        "INSERT INTO people (event_id, participant, name, words) VALUES (1, 0, 'Анна Абрамова', '[\"анна\",\"абрамова\"]')",
    ] {
        sqlx::query(statement).execute(&store.db.write).await.unwrap();
    }
    let first = store.log.page(&text("анна")).await.unwrap();
    assert_eq!(first.rows.iter().map(|row| row.event).collect::<Vec<_>>(), (11_952..=12_001).rev().collect::<Vec<_>>());
    assert_eq!(found(&store, LogFilter { limit: 3_000, ..text("анна") }).await.0.len(), 12_001);
    assert_eq!(found(&store, LogFilter { limit: 300, ..text("а а") }).await.0.len(), 12_001);
    assert_eq!(finds(&store, "анна иванова").await.len(), 4_000);
    assert_eq!(finds(&store, "анна абрамова").await, ["first/1"]);
}

#[tokio::test]
async fn people_of_an_earlier_versions_events_are_filled_in_after_those_of_new_events() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    for n in 0..150 {
        book(&store, &source, &format!("old{n}"), &[named("Старый Клиент", "")], "Hi").await;
    }
    sqlx::query("UPDATE people_progress SET reached = 150, older = 150").execute(&store.db.write).await.unwrap();
    sqlx::query("DELETE FROM events WHERE id < 10").execute(&store.db.write).await.unwrap();
    book(&store, &source, "new", &[named("Новый Клиент", "")], "Hi").await;
    assert_eq!(store.maintenance.fill_people().await.unwrap(), Filled::New);
    assert_eq!(finds(&store, "новый").await, ["new/151"]);
    assert_eq!(store.maintenance.fill_people().await.unwrap(), Filled::Older);
    assert_eq!(finds(&store, "старый").await.first().map(String::as_str), Some("old149/150"), "the newest first");
    fill(&store).await;
    assert_eq!(finds(&store, "клиент").await.len(), 142);
    assert_eq!(fill(&store).await, 0);
}

#[tokio::test]
async fn a_group_of_a_thousand_people_is_filled_in_by_small_commits() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    let group: Vec<Value> =
        (0..1_000).map(|n| named(&format!("Участник Номер{n}"), &format!("+7 900 000 {n:04}"))).collect();
    book(&store, &source, "group", &group, "Hi").await;
    fill(&store).await;
    assert_eq!(people_and_words(&store).await, (1_000, 3_000));
    assert_eq!(finds(&store, "номер999").await, ["group/1000"]);
    assert_eq!(finds(&store, "9000000042").await, ["group/43"]);
    assert_eq!(finds(&store, "участник").await.len(), 1_000);
    sweep(&store, Millis::MAX).await;
    assert_eq!(people_and_words(&store).await, (1_000, 3_000), "its messages are not sent yet");
    for claimed in claim_all(&store).await {
        store.queue.record(&claimed, None, &DeliveryChange::Delivered, 2_000).await.unwrap();
    }
    sweep(&store, Millis::MAX).await;
    assert_eq!(people_and_words(&store).await, (0, 0));
}

async fn claim_all(store: &Store) -> Vec<Claimed> {
    let mut all = Vec::new();
    loop {
        let claimed = claim_due(store, "one", 1_000, 31_000, &[]).await;
        if claimed.is_empty() {
            return all;
        }
        all.extend(claimed);
    }
}

async fn sweep(store: &Store, before: Millis) {
    let mut place = Some(SweepPlace::FIRST);
    while let Some(from) = place {
        place = store.maintenance.delete_old_events(before, from).await.unwrap().next;
    }
}

#[tokio::test]
async fn an_erased_person_is_not_filled_in_again_and_others_of_the_event_stay() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    let two = [named("Анна Королёва", "+7 911 000-12-34"), named("Пётр Ильич", "+7 912 555-44-33")];
    book(&store, &source, "a", &two, "Hi").await;
    book(&store, &source, "b", &two[..1], "Hi").await;
    fill(&store).await;
    // This step had already read the rows when the person was erased.
    let rows = maintenance::people::rows_of(&store, 1).await;
    store.maintenance.erase("100", &COMMAND_LINE, 2_000).await.unwrap();
    sqlx::query(maintenance::people::PUT).bind(rows).execute(&store.db.write).await.unwrap();
    assert!(finds(&store, "анна").await.is_empty() && finds(&store, "9110001234").await.is_empty());
    assert_eq!(finds(&store, "петр").await, ["a/2"]);
    assert_eq!(people_and_words(&store).await, (1, 3));
}

#[tokio::test]
async fn an_erased_person_among_many_is_not_in_the_database_file_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let store = Store::connect(&format!("sqlite://{}", file.display()), Sealer::ephemeral().unwrap()).await.unwrap();
    let source = profile(&store).await;
    // The words are in no order, so that the pages of their index are split again and again.
    let word = |event: usize, participant: usize| {
        format!("{:016x}", (event * 1_000 + participant + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    };
    for event in 0..40 {
        let group: Vec<Value> =
            (0..80).map(|participant| named(&word(event, participant).to_uppercase(), "+7 911 000-12-34")).collect();
        book(&store, &source, &format!("e{event}"), &group, "Hi").await;
        fill(&store).await;
    }
    store.maintenance.erase("150", &COMMAND_LINE, 2_000).await.unwrap();
    assert_eq!(people_and_words(&store).await, (40 * 79, 2 * 40 * 79));
    store.close().await;
    let bytes = std::fs::read(&file).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|here| here == text.as_bytes());
    let left: Vec<usize> =
        (0..40).filter(|event| has(&word(*event, 50)) || has(&word(*event, 50).to_uppercase())).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(has(&word(7, 51)) && has(&word(7, 51).to_uppercase()), "what is looked for would be found");
}

#[tokio::test]
async fn unreachable_chats_are_found_by_the_persons_name() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    book(&store, &source, "a", &[named("Анна Королёва", "+7 911 000-12-34"), named("Пётр", "")], "Hi").await;
    fill(&store).await;
    for claimed in claim_all(&store).await {
        let failed = DeliveryChange::Failed(hookgram::delivery::FailureCause::Blocked);
        store.queue.record(&claimed, None, &failed, 2_000).await.unwrap();
    }
    for (what, chats) in [
        (None, &["100", "101"][..]),
        (Some("королева"), &["100"]),
        (Some("8 911 000 12 34"), &["100"]),
        (Some("101"), &["101"]),
        (Some("нет"), &[]),
    ] {
        let (rows, count) = store.log.unreachable(what).await.unwrap();
        let mut found: Vec<&str> = rows.iter().map(|row| row.chat.as_str()).collect();
        found.sort_unstable();
        assert_eq!((found, count), (chats.to_vec(), 2), "{what:?}");
    }
}

/// Measures a million deliveries: `cargo test --release -p server --lib a_million_people -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "takes minutes, and a gigabyte of disk"]
async fn a_million_people_are_searched_within_twenty_milliseconds() {
    use std::{fmt::Write as _, time::Instant};

    const PEOPLE: i64 = 1_000_000;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let store = Store::connect(&format!("sqlite://{}", file.display()), Sealer::ephemeral().unwrap()).await.unwrap();
    profile(&store).await;
    let size = || std::fs::metadata(&file).unwrap().len();
    let mut connection = store.db.write.acquire().await.unwrap();
    sqlx::query("PRAGMA synchronous = OFF").execute(&mut *connection).await.unwrap();
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO events (public_id, profile_id, received_at, order_number, parameters, fingerprint, outcome, http_status)
         SELECT lower(hex(randomblob(9))), 1, i * 1000, '№' || i, '', randomblob(32), 'accepted', 200 FROM n",
        "INSERT INTO deliveries (event_id, profile_id, participant, chat, bot_id, lane, sandbox, state, parts, parts_sent,
             created_at, age_from, finished_at)
         SELECT id, 1, 0, 100000000 + id % 50000, 7001002003, x'', 0, 'delivered', '{\"p\":[[\"Вы записаны\"]]}', ?1 * 0 + 1,
             received_at, received_at, received_at FROM events",
    ] {
        sqlx::query(statement).bind(PEOPLE).execute(&mut *connection).await.unwrap();
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await.unwrap();
    let before = size();
    // The frequencies resemble those of real names: the n-th name has a probability of about 1/n.
    let mut seed = 42_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(seed >> 32).unwrap()) / f64::from(u32::MAX)
    };
    let letters = ["ба", "ве", "ги", "до", "жу", "зо", "ка", "ле", "ми", "но", "пу", "ра", "си", "то", "фе", "ха"];
    let word = |n: usize, end: &str| {
        let mut word = String::new();
        let mut rest = n + 16;
        while rest > 0 {
            let _ = write!(word, "{}", letters[rest % 16]);
            rest /= 16;
        }
        word + end
    };
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    for from in (1..=PEOPLE).step_by(1_000) {
        let mut rows = Vec::new();
        for event in from..from + 1_000 {
            let mut zipf = |count: f64| (count.powf(random()) - 1.0) as usize;
            let (first, last, who) = (zipf(1_000.0), zipf(50_000.0), zipf(200_000.0));
            let name = match event {
                777 => "Редчайшая Эсмеральда".to_owned(),
                _ => format!("{} {}", word(last, "ова"), word(first, "а")),
            };
            let person = hookgram::person::Person {
                name: Some(name),
                phone: Some(format!("+7 9{:09}", (who * 4_987) % 1_000_000_000)),
            };
            let words = person.words();
            rows.push(
                json!({ "event": event, "participant": 0, "name": person.name, "phone": person.phone, "words": words }),
            );
        }
        let statement = "INSERT INTO people (event_id, participant, name, phone, words)
            SELECT value ->> 'event', value ->> 'participant', value ->> 'name', value ->> 'phone', value -> 'words' FROM json_each(?1)";
        let step = Instant::now();
        sqlx::query(statement).bind(Value::from(rows).to_string()).execute(&mut *connection).await.unwrap();
        longest = longest.max(step.elapsed());
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await.unwrap();
    drop(connection);
    let filled = begun.elapsed();
    println!(
        "{} bytes a delivery beside {}; filled in {filled:.1?}, the longest thousand {longest:.1?}",
        (size() - before) / u64::try_from(PEOPLE).unwrap(),
        before / u64::try_from(PEOPLE).unwrap(),
    );
    let common = word(0, "а");
    let common_last = word(0, "ова");
    for (what, query) in [
        ("a common first name", common.clone()),
        ("a common last name", common_last.clone()),
        ("one letter", "г".to_owned()),
        ("two letters", "ба".to_owned()),
        ("both common names", format!("{common} {common_last}")),
        ("a rare name", "эсмер".to_owned()),
        ("a rare and a common one", format!("эсмеральда {common}")),
        ("a rare beginning", word(40_000, "ова")),
        ("a middling name", word(300, "ова")),
        ("a middling and a common one", format!("{} {common}", word(300, "ова"))),
        ("a whole phone", format!("8 (9{:03}) {:06}", 4_987 / 1_000_000, 4_987)),
        ("four digits of a phone", "4987".to_owned()),
        ("nobody", "никого".to_owned()),
        ("a phone of nobody", "+7 911 111 11 11".to_owned()),
    ] {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..5 {
            let clock = Instant::now();
            let page = store.log.page(&text(&query)).await.unwrap();
            times.push(clock.elapsed());
            rows = page.rows.len();
        }
        let people = match hookgram::person::PersonQuery::parse(&query) {
            Some(person) => {
                let clock = Instant::now();
                let found = store.log.people(&text(&query), &person, Duration::from_millis(10)).await.unwrap();
                println!(
                    "    people alone: {} in {:.1?}, complete: {}",
                    found.rows.len(),
                    clock.elapsed(),
                    found.searched_to.is_none()
                );
                found.rows.len()
            }
            None => 0,
        };
        let first = times[0];
        times.sort_unstable();
        println!("{what} ({query}): {rows} rows, {people} people; first {first:.1?}, median {:.1?}", times[2]);
    }
}
