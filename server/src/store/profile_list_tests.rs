//! The list of profiles: search, order, pages and the week's outcomes. Also copying a profile, replacing its webhook
//! key and deleting it.

use hookgram::{
    bot::BotState,
    delivery::{DeliveryState, FailureCause},
    message::StoredMessage,
    parameters::Parameter,
    profile::EditedProfile,
    profile_list::{Day, ListQuery, PAGE, Show, Sort},
    secret::BotToken,
    webhook::EventOutcome,
};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, to},
    *,
};
use crate::{
    store::audit::COMMAND_LINE,
    time::{Millis, now},
};

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;

async fn names(store: &Store, query: ListQuery) -> Vec<String> {
    let rows = store.profiles.page(&query, now()).await.unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

fn search(text: &str) -> ListQuery {
    ListQuery { search: text.into(), page: 1, ..ListQuery::default() }
}

fn narrowed(show: Show, sort: Sort) -> ListQuery {
    ListQuery { show, sort, page: 1, search: String::new() }
}

/// Accepts an event of a profile at this time, with one message.
async fn accept(store: &Store, profile: i64, public_id: &str, at: Millis) {
    let new = AcceptedEvent { received_at: at, ..event(public_id, TokenSource::Profile(profile)) };
    assert_eq!(accept_with(store, new, vec![to(public_id)], 0).await.unwrap(), Received::Accepted);
}

/// Claims the due deliveries and records this change for each.
async fn finish(store: &Store, change: &DeliveryChange, at: Millis) {
    for claimed in claim_due(store, "w", at, at + 30_000, &[]).await {
        assert_eq!(store.queue.record(&claimed, None, change, at).await.unwrap(), Recorded::Done);
    }
}

#[tokio::test]
async fn profiles_with_unusual_names_are_found_by_parts_of_their_name() {
    let store = Store::in_memory().await.unwrap();
    for name in ["100% скидка", "a_b", "axb", "Ёлка «Север»", "ЗАПИСИ в студию", "O'Brien \"quoted\"", "\\ back"]
    {
        store.profiles.put(None, &draft(name), &COMMAND_LINE).await.unwrap();
    }
    for (text, found) in [
        ("%", &["100% скидка"][..]),
        ("_", &["a_b"]),
        ("'", &["O'Brien \"quoted\""]),
        ("\"QUOTED", &["O'Brien \"quoted\""]),
        ("\\", &["\\ back"]),
        ("записи В", &["ЗАПИСИ в студию"]),
        ("елка", &["Ёлка «Север»"]),
        ("ЁЛКА", &["Ёлка «Север»"]),
        ("  север ", &["Ёлка «Север»"]),
        ("nowhere", &[]),
    ] {
        assert_eq!(names(&store, search(text)).await, found, "{text}");
        let (counts, all) = store.profiles.counts(text, now()).await.unwrap();
        assert_eq!((counts[0] as usize, all), (found.len(), 7), "{text}");
    }
    let sorted = ["\\ back", "100% скидка", "a_b", "axb", "o'brien", "елка", "записи"];
    let sorted_names = names(&store, search("")).await;
    assert_eq!(sorted_names.len(), sorted.len());
    assert_eq!(
        &sorted_names[4..],
        ["O'Brien \"quoted\"", "Ёлка «Север»", "ЗАПИСИ в студию"],
        "case and ё do not sort apart"
    );
}

#[tokio::test]
async fn profiles_are_found_by_field_bot_and_webhook_url() {
    let store = Store::in_memory().await.unwrap();
    let mut other = draft("B");
    other.profile.set(Parameter::TelegramFieldName, "*Телега").unwrap();
    other.profile.set(Parameter::TelegramToken, "7001002004:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd").unwrap();
    store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let id = store.profiles.put(None, &other, &COMMAND_LINE).await.unwrap();
    store.bots.accepted(&BotToken::parse(TOKEN).unwrap(), "Салон", "Salon_Bot").await.unwrap();
    assert_eq!(names(&store, search("*телега")).await, ["B"]);
    assert_eq!(names(&store, search("@salon")).await, ["A"]);
    assert_eq!(names(&store, search("SALON_b")).await, ["A"]);
    let key = store.profiles.get(id).await.unwrap().unwrap().key;
    assert_eq!(names(&store, search(&format!("https://hooks.example.com/h/{key}?message=Hi"))).await, ["B"]);
    let row = &store.profiles.page(&search("A"), now()).await.unwrap()[0];
    assert_eq!(row.bot.as_ref().map(|bot| bot.username.as_str()), Some("Salon_Bot"));
    assert_eq!(row.bot.as_ref().map(|bot| bot.state), Some(BotState::Working));
}

#[tokio::test]
async fn pages_of_the_profile_list_have_fifty_rows_and_miss_none() {
    let store = Store::in_memory().await.unwrap();
    let drafts: Vec<EditedProfile> = (0..120).map(|number| draft(&format!("P{number:03}"))).collect();
    store.profiles.add_all(&drafts, &COMMAND_LINE).await.unwrap();
    let mut seen = Vec::new();
    for page in 1..=4 {
        let rows = names(&store, ListQuery { page, ..search("p") }).await;
        assert!(rows.len() <= PAGE as usize);
        seen.extend(rows);
    }
    assert_eq!(seen, drafts.iter().map(|draft| draft.name.clone()).collect::<Vec<_>>());
    assert!(matches!(
        store.profiles.add_all(&[draft("new"), draft("P007")], &COMMAND_LINE).await,
        Err(StoreError::Taken)
    ));
    assert_eq!(store.profiles.counts("", now()).await.unwrap().1, 120, "all or none");
}

#[tokio::test]
async fn profiles_are_filtered_and_sorted_by_their_recent_outcomes() {
    let store = Store::in_memory().await.unwrap();
    let mut ids = Vec::new();
    for name in ["Quiet", "Well", "Bad", "Worse", "Old"] {
        ids.push(store.profiles.put(None, &draft(name), &COMMAND_LINE).await.unwrap());
    }
    store.profiles.set_enabled(ids[0], false, &COMMAND_LINE).await.unwrap();
    let now = now();
    for (profile, at, change) in [
        (4, now - 9 * DAY, DeliveryChange::Failed(FailureCause::Blocked)),
        (3, now - 2 * DAY, DeliveryChange::Failed(FailureCause::Blocked)),
        (3, now - DAY, DeliveryChange::Uncertain),
        (2, now - HOUR, DeliveryChange::Failed(FailureCause::Blocked)),
        (1, now - 3 * HOUR, DeliveryChange::Delivered),
    ] {
        accept(&store, ids[profile], &format!("{profile}-{at}"), at).await;
        finish(&store, &change, at).await;
    }
    let shown = async |show, sort| names(&store, narrowed(show, sort)).await;
    assert_eq!(shown(Show::All, Sort::Name).await, ["Bad", "Old", "Quiet", "Well", "Worse"]);
    assert_eq!(shown(Show::All, Sort::Last).await, ["Bad", "Well", "Worse", "Old", "Quiet"]);
    assert_eq!(shown(Show::All, Sort::Failures).await, ["Worse", "Bad", "Old", "Quiet", "Well"]);
    assert_eq!(shown(Show::Failing, Sort::Failures).await, ["Worse", "Bad"]);
    assert_eq!(shown(Show::Unused, Sort::Name).await, ["Quiet"]);
    assert_eq!(shown(Show::Disabled, Sort::Name).await, ["Quiet"]);
    assert_eq!(shown(Show::Enabled, Sort::Last).await, ["Bad", "Well", "Worse", "Old"]);
    assert_eq!(store.profiles.counts("", now).await.unwrap(), ([5, 4, 1, 2, 1], 5));
}

#[tokio::test]
async fn the_outcomes_of_a_week_count_finished_deliveries_and_refused_events() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let now = now();
    for (days, change) in [
        (6, DeliveryChange::Delivered),
        (6, DeliveryChange::Delivered),
        (1, DeliveryChange::Failed(FailureCause::Blocked)),
        (0, DeliveryChange::Delivered),
    ] {
        accept(&store, id, &format!("{days}{change:?}{}", crate::secrets::codes::public_id()), now - days * DAY).await;
        finish(&store, &change, now - days * DAY).await;
    }
    accept(&store, id, "waits", now).await;
    let skipped = AcceptedEvent { received_at: now, skipped: true, ..event("s", TokenSource::Profile(id)) };
    accept_with(&store, skipped, Vec::new(), 0).await.unwrap();
    let nobody = NewDelivery { participant: 0, chat: Err("no id".into()), message: StoredMessage::default() };
    let half = AcceptedEvent { received_at: now, ..event("h", TokenSource::Profile(id)) };
    accept_with(&store, half, vec![nobody], 0).await.unwrap();
    let reason = Reason { ru: "нет".into(), en: "no".into() };
    let rejection = Rejection {
        public_id: "r".into(),
        profile_id: Some(id),
        token: None,
        field_name: None,
        parameters: String::new(),
        overrides: String::new(),
        payload: None,
        event_type: None,
        order_number: None,
        http_status: 422,
        reason: reason.clone(),
        cause: None,
        stranger: None,
    };
    store.events.record_rejection(rejection).await.unwrap();
    let row = store.profiles.listed_one(id, now).await.unwrap().unwrap();
    let mut week = [Day::default(); 7];
    week[0] = Day { delivered: 2, ..Day::default() };
    week[5] = Day { failed: 1, ..Day::default() };
    week[6] = Day { delivered: 1, failed: 1, skipped: 2 };
    assert_eq!(row.week, week);
    let last = row.last.unwrap();
    assert_eq!((last.outcome, last.reason), (EventOutcome::Rejected, Some(reason)));

    // A delivery that failed and then arrived is counted once, in its current state.
    let claimed = claim_due(&store, "w", now, now + 1000, &[]).await.remove(0);
    store.queue.record(&claimed, None, &DeliveryChange::Failed(FailureCause::Blocked), now).await.unwrap();
    assert_eq!(store.profiles.listed_one(id, now).await.unwrap().unwrap().week[6].failed, 2);
    store.queue.record(&claimed, None, &DeliveryChange::Delivered, now).await.unwrap();
    let today = store.profiles.listed_one(id, now).await.unwrap().unwrap().week[6];
    assert_eq!(today, Day { delivered: 2, failed: 1, skipped: 2 });
}

#[tokio::test]
async fn the_last_event_of_a_profile_has_its_failure_cause() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let at = now();
    accept(&store, id, "5", at).await;
    finish(&store, &DeliveryChange::Failed(FailureCause::Blocked), at).await;
    let last = store.profiles.listed_one(id, at).await.unwrap().unwrap().last.unwrap();
    let states: Vec<_> = last.states.iter().map(|state| (state.state, state.cause)).collect();
    assert_eq!(states, [(DeliveryState::Failed, Some(FailureCause::Blocked))]);
}

#[tokio::test]
async fn a_copy_has_a_webhook_key_of_its_own_and_the_same_bot() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let named = |name: &str| vec![name.to_owned(), "A 2".to_owned()];
    let copy = store.profiles.duplicate(id, named, &COMMAND_LINE).await.unwrap();
    let (first, second) =
        (store.profiles.get(id).await.unwrap().unwrap(), store.profiles.get(copy).await.unwrap().unwrap());
    assert_eq!((second.name.as_str(), &second.profile), ("A 2", &first.profile));
    assert_ne!(first.key, second.key);
    assert_eq!(second.bot, Some(7_001_002_003));
    assert!(matches!(store.profiles.duplicate(id, named, &COMMAND_LINE).await, Err(StoreError::Taken)));
    assert!(matches!(store.profiles.duplicate(99, named, &COMMAND_LINE).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_old_webhook_key_is_valid_for_the_chosen_time_or_stops_at_once() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let key = async || store.profiles.get(id).await.unwrap().unwrap().key;
    let opens = async |key: &str| store.profiles.by_key(key).await.unwrap().is_some();
    let first = key().await;
    store.profiles.rotate_key(id, OldKey::Until(now() + HOUR), &COMMAND_LINE).await.unwrap();
    let second = key().await;
    assert!(first != second && opens(&first).await && opens(&second).await);
    store.profiles.rotate_key(id, OldKey::Stops, &COMMAND_LINE).await.unwrap();
    assert!(!opens(&first).await && !opens(&second).await && opens(&key().await).await);
    assert!(matches!(store.profiles.rotate_key(99, OldKey::Stops, &COMMAND_LINE).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_deleted_profile_sends_nothing_more_and_its_row_is_deleted_with_its_last_event() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let key = store.profiles.get(id).await.unwrap().unwrap().key;
    let at = now();
    accept(&store, id, "1", at).await;
    let under_way = claim_due(&store, "w", at, at + 30_000, &[]).await.remove(0);
    accept(&store, id, "2", at).await;
    accept(&store, id, "3", at).await;
    assert_eq!(store.profiles.waiting_messages(id).await.unwrap(), 3);
    // Another profile with the same token sends to the same chat, after these deliveries.
    let other = store.profiles.put(None, &draft("B"), &COMMAND_LINE).await.unwrap();
    let behind = AcceptedEvent { received_at: at, ..event("b", TokenSource::Profile(other)) };
    accept_with(&store, behind, vec![to("3")], 0).await.unwrap();

    store.profiles.delete(id, &COMMAND_LINE).await.unwrap();
    assert!(store.profiles.get(id).await.unwrap().is_none() && store.profiles.by_key(&key).await.unwrap().is_none());
    assert_eq!(names(&store, search("")).await, ["B"]);
    assert_eq!(store.profiles.waiting_messages(id).await.unwrap(), 1, "what is under way comes to its own end");
    let due = claim_due(&store, "w", at, at + 30_000, &[]).await;
    assert_eq!(due.iter().map(|due| due.profile_id).collect::<Vec<_>>(), [Some(other)], "nobody waits behind it");
    assert_eq!(store.queue.token_for(&under_way).await.unwrap(), None);
    assert!(matches!(store.profiles.delete(id, &COMMAND_LINE).await, Err(StoreError::NotFound)));
    assert!(matches!(store.profiles.set_enabled(id, true, &COMMAND_LINE).await, Err(StoreError::NotFound)));
    assert!(matches!(store.profiles.put(Some(id), &draft("C"), &COMMAND_LINE).await, Err(StoreError::NotFound)));
    store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();

    // The delivery that was being sent now waits for a retry, which is not sent either.
    store.queue.record(&under_way, None, &DeliveryChange::Retry { at: at + 1, unsure: false }, at).await.unwrap();
    store.profiles.delete_remains(at, at - 8 * DAY).await.unwrap();
    assert_eq!(store.profiles.waiting_messages(id).await.unwrap(), 0);
    let left = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM profiles WHERE id = ?1")
            .bind(id)
            .fetch_one(&store.db.read)
            .await
            .unwrap()
    };
    assert_eq!(left().await, 1, "its events are still there");
    let mut place = SweepPlace::FIRST;
    while let Some(next) = store.maintenance.delete_old_events(at + DAY, place).await.unwrap().next {
        place = next;
    }
    store.profiles.delete_remains(at, at - 8 * DAY).await.unwrap();
    assert_eq!(left().await, 0);
    assert_eq!(names(&store, search("")).await, ["A", "B"]);
}

#[tokio::test]
async fn hourly_outcomes_older_than_the_shown_span_are_deleted() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    for days in [1, 20] {
        accept(&store, id, &days.to_string(), now() - days * DAY).await;
        finish(&store, &DeliveryChange::Delivered, now() - days * DAY).await;
    }
    assert!(store.profiles.delete_remains(now(), now() - 8 * DAY).await.unwrap());
    assert!(!store.profiles.delete_remains(now(), now() - 8 * DAY).await.unwrap());
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM outcome_hours").fetch_one(&store.db.read).await.unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn no_statement_of_the_profile_list_scans_all_deliveries() {
    use super::profiles::list::{COUNTS, IDS, ROWS, STATES, WEEKS};

    let store = Store::in_memory().await.unwrap();
    for statement in [IDS, COUNTS, ROWS, STATES, WEEKS] {
        let plan: Vec<String> = sqlx::query_as::<_, (i64, i64, i64, String)>(sqlx::AssertSqlSafe(format!(
            "EXPLAIN QUERY PLAN {statement}"
        )))
        .fetch_all(&store.db.read)
        .await
        .unwrap()
        .into_iter()
        .map(|(.., step)| step)
        .collect();
        let slow = ["SCAN e", "SCAN d", "SCAN h", "SCAN a", "SCAN k", "SCAN b", "SCAN events", "SCAN deliveries"];
        let scans = plan.iter().filter(|step| slow.contains(&step.as_str()));
        assert_eq!(scans.count(), 0, "{statement}\n{plan:#?}");
    }
}

#[tokio::test]
async fn profiles_and_outcomes_of_an_earlier_version_are_counted_and_found() {
    let options = SqliteConnectOptions::from_str("sqlite::memory:").unwrap();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let run = async |sql: &str| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&pool).await.unwrap();
    };
    for migration in MIGRATIONS.iter().filter(|migration| migration.version < 6) {
        run(migration.sql.as_str()).await;
    }
    run("INSERT INTO profiles (id, name, enabled, sandbox, events, parameters, created_at, updated_at)
         VALUES (1, 'Ёлка', 1, 1, '[]', 'telegramFieldName=*Tel', 0, 0);
         INSERT INTO events (id, public_id, profile_id, received_at, parameters, outcome, http_status)
         VALUES (1, 'a', 1, 7200000, '', 'accepted', 200), (2, 'b', 1, 7200001, '', 'rejected', 422);
         INSERT INTO deliveries (event_id, profile_id, participant, chat, lane, sandbox, state, parts, created_at,
         age_from, finished_at) VALUES (1, 1, 0, '5', x'', 1, 'delivered', '[]', 0, 0, 7200000),
         (1, 1, 1, '6', x'', 1, 'waiting', '[]', 0, 0, NULL)")
    .await;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version >= 6) {
        run(migration.sql.as_str()).await;
    }
    profiles::folding::fill_in(&pool).await.unwrap();
    let folded: String = sqlx::query_scalar("SELECT folded FROM profiles").fetch_one(&pool).await.unwrap();
    assert_eq!(folded, "елка\n*tel");
    let hours: Vec<(i64, i64, i64, i64, i64)> =
        sqlx::query_as("SELECT profile_id, hour, delivered, failed, skipped FROM outcome_hours")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(hours, [(1, 2, 1, 1, 0)]);
}
