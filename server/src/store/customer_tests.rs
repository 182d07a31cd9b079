//! Customers: how they are listed and searched, what is stored about each, and how long they are kept.

use hookgram::delivery::FailureCause;

use super::{
    customers::reading::plans,
    tests::{TOKEN, accept_with, claim_due, event, to},
    *,
};
use crate::{
    serve::retention::Retention,
    settings::{Live, Values},
    store::audit::COMMAND_LINE,
    time::Millis,
};

const BOT: i64 = 7_001_002_003;
const OTHER_BOT: i64 = 7_001_002_004;
const DAY: Millis = 86_400_000;

fn contact(id: i64, name: &str, username: &str) -> Contact {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    Contact { id, first_name: first.into(), last_name: last.into(), username: username.into(), language: "ru".into() }
}

async fn start(store: &Store, bot: i64, id: i64, name: &str, at: Millis) {
    store.customers.met(bot, &contact(id, name, ""), true, at).await.unwrap();
}

async fn book(store: &Store, customer: i64, case: &str, starts_at: Option<Millis>, told_at: Millis) {
    sqlx::query(
        "INSERT INTO bookings (bot_id, customer_id, case_id, starts_at, service, cancelled, told_at)
         VALUES (?1, ?2, ?3, ?4, 'Haircut', 0, ?5)",
    )
    .bind(BOT)
    .bind(customer)
    .bind(case)
    .bind(starts_at)
    .bind(told_at)
    .execute(&store.db.write)
    .await
    .unwrap();
}

async fn ids(store: &Store, filter: &CustomerFilter) -> Vec<i64> {
    store.customers.page(filter).await.unwrap().into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn a_page_of_customers_uses_an_index_and_does_not_sort() {
    let store = Store::in_memory().await.unwrap();
    for statement in plans::statements() {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.db.read).await.unwrap();
        let is_page = statement.contains("AS place") && statement.contains("LIMIT");
        for (_, _, _, step) in plan {
            // The list of a page's ids is short, so scanning it is allowed.
            let whole = step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE");
            let sorted = is_page && step.contains("TEMP B-TREE");
            assert!(!whole && !sorted, "{step} in {statement}");
        }
    }
}

#[tokio::test]
async fn customers_are_found_by_each_word_of_their_names_and_by_their_id() {
    let store = Store::in_memory().await.unwrap();
    let people = [
        (600_700_800, "Анна Королёва", "anna_k"),
        (5, "Пётр", ""),
        (6, "Anna-Maria O'Neil", "Neil1990"),
        (1990, "100%", "under_score"),
    ];
    for (at, (id, name, username)) in people.into_iter().enumerate() {
        store.customers.met(BOT, &contact(id, name, username), true, i64::try_from(at).unwrap()).await.unwrap();
    }
    for (text, found) in [
        ("анна", &[600_700_800][..]),
        ("КОРОЛЕВА анна", &[600_700_800]),
        ("королёва", &[600_700_800]),
        ("петр", &[5]),
        ("@anna_k", &[600_700_800]),
        ("anna", &[6, 600_700_800]),
        ("ann_", &[]),
        ("%", &[1990]),
        ("600700800", &[600_700_800]),
        ("600", &[]),
        ("1990", &[1990, 6]),
        ("анна петр", &[]),
        ("  ", &[1990, 6, 5, 600_700_800]),
        ("\0", &[]),
    ] {
        let filter = CustomerFilter { text: Some(text.into()), limit: 9, ..CustomerFilter::default() };
        assert_eq!(ids(&store, &filter).await, found, "{text:?}");
        let filter = CustomerFilter { bot: Some(OTHER_BOT), ..filter };
        assert_eq!(ids(&store, &filter).await, [] as [i64; 0], "{text:?}");
    }
}

#[tokio::test]
async fn every_customer_is_on_exactly_one_page_even_with_equal_times() {
    let store = Store::in_memory().await.unwrap();
    for id in 1..=25 {
        start(&store, BOT, id, "A", 1_000 + id / 10).await;
        if id % 2 == 0 {
            store.customers.met(OTHER_BOT, &contact(id, "A", ""), id % 4 == 0, 1_000).await.unwrap();
        }
    }
    for (bot, count) in [(None, 25), (Some(BOT), 25), (Some(OTHER_BOT), 12), (Some(1), 0)] {
        let (mut seen, mut behind) = (Vec::new(), None);
        loop {
            let filter = CustomerFilter { bot, behind, limit: 4, ..CustomerFilter::default() };
            let rows = store.customers.page(&filter).await.unwrap();
            let Some(last) = rows.last() else { break };
            let same = i64::try_from(rows.iter().filter(|row| row.place == last.place).count()).unwrap();
            let before = behind.filter(|(at, _)| *at == last.place).map_or(0, |(_, skipped)| skipped);
            behind = Some((last.place, before + same));
            seen.extend(rows.into_iter().map(|row| (row.place, row.id)));
        }
        assert!(seen.windows(2).all(|two| two[0] > two[1]), "the newest first, each once: {seen:?}");
        assert_eq!(seen.len(), count);
    }
}

#[tokio::test]
async fn a_subscription_shows_whether_the_bot_may_write() {
    let store = Store::in_memory().await.unwrap();
    let token = hookgram::secret::BotToken::parse(TOKEN).unwrap();
    store.bots.accepted(&token, "Salon", "salon_bot").await.unwrap();
    for id in 1..=4 {
        start(&store, BOT, id, "A", 1_000).await;
    }
    start(&store, OTHER_BOT, 1, "A", 1_000).await;
    let of = async |ids: &[i64]| store.customers.subscriptions(ids).await.unwrap();
    assert!(of(&[1, 2, 3, 4]).await.iter().all(|row| row.stopped == Some(false) && row.cause.is_none()));
    store.customers.stop(BOT, 1, 2_000).await.unwrap();
    store.customers.set_blocked(BOT, &contact(2, "A", ""), true, 2_000).await.unwrap();
    let refused = event("refused", TokenSource::event(token));
    accept_with(&store, refused, vec![to("3")], 0).await.unwrap();
    let claimed = claim_due(&store, "one", 1_000, 2_000, &[]).await;
    store.queue.record(&claimed[0], None, &DeliveryChange::Failed(FailureCause::Blocked), 1_000).await.unwrap();
    let rows = of(&[1, 2, 3, 4]).await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.customer, row.bot, row.username.as_deref(), row.stopped, row.blocked_at, row.cause))
        .collect();
    assert_eq!(told[0], (1, BOT, Some("salon_bot"), Some(true), None, None));
    assert_eq!(told[1], (1, OTHER_BOT, None, Some(false), None, None), "a /stop is for one bot");
    assert_eq!(told[2], (2, BOT, Some("salon_bot"), Some(false), Some(2_000), None));
    assert_eq!(told[3], (3, BOT, Some("salon_bot"), Some(false), None, Some(FailureCause::Blocked)));
    assert_eq!(told[4], (4, BOT, Some("salon_bot"), Some(false), None, None));
    // A customer who writes to the bot again can be reached, and is no longer listed as unreachable.
    start(&store, BOT, 3, "A", 3_000).await;
    store.customers.set_blocked(BOT, &contact(2, "A", ""), false, 3_000).await.unwrap();
    start(&store, BOT, 1, "A", 3_000).await;
    assert!(
        of(&[1, 2, 3])
            .await
            .iter()
            .all(|row| { row.stopped == Some(false) && row.blocked_at.is_none() && row.cause.is_none() })
    );
    assert_eq!(store.log.unreachable(None).await.unwrap().1, 0);
    assert_eq!(store.customers.bots().await.unwrap(), [(BOT, "salon_bot".to_owned())]);
}

#[tokio::test]
async fn a_stop_by_an_operator_takes_effect_and_is_recorded_once() {
    let store = Store::in_memory().await.unwrap();
    start(&store, BOT, 600_700_800, "Анна", 1_000).await;
    for _ in 0..2 {
        store.customers.stop_by(BOT, 600_700_800, 2_000, &COMMAND_LINE).await.unwrap();
    }
    assert!(store.customers.has_stopped(BOT, 600_700_800).await.unwrap());
    for (bot, customer) in [(OTHER_BOT, 600_700_800), (BOT, 5)] {
        let refused = store.customers.stop_by(bot, customer, 2_000, &COMMAND_LINE).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "{bot} {customer}");
        assert!(!store.customers.has_stopped(bot, customer).await.unwrap());
    }
    let entries = store.audit.audited(&AuditFilter { limit: 9, ..AuditFilter::default() }).await.unwrap();
    let told: Vec<_> = entries.iter().map(|entry| (entry.action, entry.object.as_str())).collect();
    assert_eq!(told, [(Some(hookgram::audit::AuditAction::CustomerStopped), "…800")]);
    start(&store, BOT, 600_700_800, "Анна", 3_000).await;
    assert!(!store.customers.has_stopped(BOT, 600_700_800).await.unwrap(), "Start allows messages again");
}

#[tokio::test]
async fn with_a_wrong_key_customers_are_listed_and_their_stops_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    start(&store, BOT, 5, "A", 1_000).await;
    store.customers.stop(BOT, 5, 1_000).await.unwrap();
    store.close().await;
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let rows = store.customers.subscriptions(&[5]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.stopped).collect::<Vec<_>>(), [None]);
    assert!(matches!(store.customers.stop_by(BOT, 5, 1_000, &COMMAND_LINE).await, Err(StoreError::Seal(_))));
}

#[tokio::test]
async fn the_newest_booking_is_the_last_one_announced_and_all_are_sorted_by_their_time() {
    let store = Store::in_memory().await.unwrap();
    book(&store, 1, "late", Some(9_000), 1_000).await;
    book(&store, 1, "early", Some(5_000), 2_000).await;
    book(&store, 1, "order", None, 1_500).await;
    book(&store, 2, "other", None, 1_000).await;
    let newest = store.customers.newest_bookings(&[1, 2, 3]).await.unwrap();
    let newest: Vec<_> = newest.iter().map(|row| (row.customer, row.booking.case_id.as_str(), row.told_at)).collect();
    assert_eq!(newest, [(1, "early", 2_000), (2, "other", 1_000)]);
    let all = store.customers.all_bookings(1).await.unwrap();
    assert_eq!(all.iter().map(|row| row.booking.case_id.as_str()).collect::<Vec<_>>(), ["early", "late", "order"]);
}

#[tokio::test]
async fn retention_deletes_inactive_customers_and_past_bookings() {
    let store = Store::in_memory().await.unwrap();
    let now = 1_000 * DAY;
    for id in 1..=200 {
        start(&store, BOT, id, "A", now - 401 * DAY).await;
    }
    start(&store, BOT, 300, "Recent", now - 399 * DAY).await;
    start(&store, BOT, 301, "Booked", now - 401 * DAY).await;
    book(&store, 301, "coming", Some(now + 5 * DAY), now - 401 * DAY).await;
    for number in 0..100 {
        book(&store, 300, &format!("over {number}"), Some(now - DAY - 1), now - 2 * DAY).await;
    }
    book(&store, 300, "yesterday", Some(now - DAY + 1), now - 40 * DAY).await;
    book(&store, 300, "old order", None, now - 30 * DAY - 1).await;
    book(&store, 300, "order", None, now - 30 * DAY + 1).await;
    for (chat, at) in [(-1, now - 365 * DAY - 1), (-2, now - 365 * DAY + 1)] {
        store.customers.tell_group(BOT, chat, at).await.unwrap();
    }
    store.customers.stop(BOT, 1, now - 900 * DAY).await.unwrap();
    let mut values = Values::default();
    values.set(hookgram::setting::Setting::CustomerDays, "400").unwrap();
    let mut retention = Retention::new(store.clone(), Live::of(values));
    let count =
        async |table: &'static str| sqlx::query_scalar::<_, i64>(table).fetch_one(&store.db.read).await.unwrap();
    let people = async || count("SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM bookings)").await;
    let mut before = people().await;
    while retention.run_once(now).await.unwrap() {
        let left = people().await;
        assert!(before - left <= 64, "{before} to {left} in one step");
        before = left;
    }
    let filter = CustomerFilter { limit: 9, ..CustomerFilter::default() };
    assert_eq!(ids(&store, &filter).await, [300, 301], "a coming booking is a contact to come");
    assert_eq!(count("SELECT count(*) FROM subscriptions").await, 2);
    let left = store.customers.all_bookings(300).await.unwrap();
    assert_eq!(left.iter().map(|row| row.booking.case_id.as_str()).collect::<Vec<_>>(), ["yesterday", "order"]);
    assert!(store.customers.tell_group(BOT, -1, now).await.unwrap());
    assert!(!store.customers.tell_group(BOT, -2, now).await.unwrap());
    assert!(store.customers.has_stopped(BOT, 1).await.unwrap(), "a /stop outlives the customer");
}
