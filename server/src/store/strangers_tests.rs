//! Bounds of the stateless endpoint: the sums stay true, known tokens have bounds too, and strangers' events go.

use hookgram::secret::BotToken;

use super::{
    Change, Lane, NewEvent, Received, Store, TokenSource,
    strangers::Stateless,
    tests::{event, to},
};

fn token(number: u32) -> BotToken {
    BotToken::parse(&format!("{}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", 7_001_000_000 + u64::from(number))).unwrap()
}

fn from(address: &str, events: u64) -> Stateless {
    Stateless { address: Some(address.to_owned()), stranger_events: events }
}

async fn accept(store: &Store, id: &str, token: &BotToken, stateless: &Stateless) -> Received {
    let event = NewEvent { stateless: Some(stateless), ..event(id, TokenSource::Event(token)) };
    store.accept_event(&event, vec![to("5")], 0).await.unwrap()
}

/// The sums as they are kept, and as they are counted.
async fn sums(store: &Store) -> [Vec<(String, i64, i64)>; 2] {
    let kept = "SELECT holder, events, bytes FROM stateless_usage WHERE events > 0 ORDER BY holder";
    let counted = "SELECT holder, count(*), sum(bytes) FROM (
             SELECT coalesce(address, hex(lane)) AS holder, bytes FROM stateless_events WHERE finished_at IS NULL
             UNION ALL
             SELECT '*', bytes FROM stateless_events WHERE finished_at IS NULL AND address IS NOT NULL)
         GROUP BY holder ORDER BY holder";
    let rows = async |statement| sqlx::query_as(statement).fetch_all(&store.read).await.unwrap();
    [rows(kept).await, rows(counted).await]
}

async fn count(store: &Store, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&store.read).await.unwrap()
}

/// Claims what strangers have due, and records that it failed.
async fn fail_all(store: &Store) {
    let heads = store.strangers_heads(1_000, &[]).await.unwrap();
    let ids: Vec<i64> = heads.iter().map(|(head, ..)| head.id).collect();
    for claimed in store.claim(&ids, "test", 10_000, 20_000).await.unwrap() {
        store.record(&claimed, None, &Change::Failed, 11_000).await.unwrap();
    }
}

#[tokio::test]
async fn the_sums_are_true_whatever_happens_to_the_events() {
    let store = Store::in_memory().await.unwrap();
    let is_true = async |when: &str| {
        let [kept, counted] = sums(&store).await;
        assert_eq!(kept, counted, "{when}");
        kept
    };
    for (number, address) in [(1, "a"), (1, "b"), (2, "a"), (3, "c")] {
        let id = format!("{number}{address}");
        assert_eq!(accept(&store, &id, &token(number), &from(address, 100)).await, Received::Accepted);
    }
    let holders: Vec<String> = is_true("accepted").await.into_iter().map(|(holder, ..)| holder).collect();
    assert_eq!(holders, ["*", "a", "b", "c"]);
    assert!(store.open_lanes().await.unwrap().is_empty(), "strangers are found apart");
    store.put_bot(&token(1), "Salon", "salon_bot").await.unwrap();
    let lane = Lane::of(&token(1));
    let kept = is_true("one is known").await;
    assert!(kept.iter().any(|(holder, events, _)| (holder.as_str(), *events) == (lane.hex().as_str(), 2)), "{kept:?}");
    assert_eq!(store.open_lanes().await.unwrap().len(), 1);
    assert_eq!(accept(&store, "known", &token(1), &from("a", 100)).await, Received::Accepted);
    is_true("one more of it").await;
    fail_all(&store).await;
    let kept = is_true("strangers have failed").await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    sqlx::query("DELETE FROM events").execute(&store.write).await.unwrap();
    assert!(is_true("all are gone").await.is_empty());
}

#[tokio::test]
async fn a_known_token_has_at_most_twenty_thousand_undelivered_events() {
    let store = Store::in_memory().await.unwrap();
    store.put_bot(&token(1), "Salon", "salon_bot").await.unwrap();
    let known = Stateless { address: None, stranger_events: 0 };
    assert_eq!(accept(&store, "first", &token(1), &known).await, Received::Accepted);
    let put = "UPDATE stateless_usage SET events = ?1, bytes = ?2";
    for (events, bytes, received) in
        [(19_999, 0, Received::Accepted), (20_000, 0, Received::Full), (1, 48 << 20, Received::Full)]
    {
        sqlx::query(put).bind(events).bind(bytes).execute(&store.write).await.unwrap();
        assert_eq!(accept(&store, &format!("{events} {bytes}"), &token(1), &known).await, received);
    }
}

#[tokio::test]
async fn strangers_are_refused_where_none_may_wait() {
    let store = Store::in_memory().await.unwrap();
    let nobody = from("a", 0);
    assert!(store.is_full_for_stranger(&nobody).await.unwrap());
    assert_eq!(accept(&store, "1", &token(1), &nobody).await, Received::Full);
}

#[tokio::test]
async fn strangers_finished_events_go_after_a_day_and_beyond_a_thousand() {
    let store = Store::in_memory().await.unwrap();
    for number in 0..1_010 {
        let stranger = from(&format!("{}", number / 100), 100_000);
        assert_eq!(accept(&store, &number.to_string(), &token(number), &stranger).await, Received::Accepted);
    }
    fail_all(&store).await;
    fail_all(&store).await;
    assert_eq!(count(&store, "SELECT count(*) FROM stateless_events WHERE finished_at IS NULL").await, 0);
    let sweep = async |now| {
        while store.delete_strangers(now).await.unwrap() {}
        count(&store, "SELECT count(*) FROM events").await
    };
    assert_eq!(sweep(12_000).await, 1_000);
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(sweep(11_000 + day).await, 1_000);
    assert_eq!(sweep(11_001 + day).await, 0);
    assert_eq!(count(&store, "SELECT count(*) FROM deliveries").await, 0);
}

#[tokio::test]
async fn strangers_deliveries_are_found_along_an_index_and_those_of_others_without_them() {
    let store = Store::in_memory().await.unwrap();
    let plan = async |statement: &'static str| {
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(statement).fetch_all(&store.read).await.unwrap();
        rows.into_iter().map(|(.., detail)| detail).collect::<Vec<_>>().join("; ")
    };
    let strangers = plan(
        "EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL
         AND stranger = 1 ORDER BY next_attempt_at LIMIT 8",
    );
    assert!(strangers.await.contains("USING INDEX deliveries_due_of_strangers"));
    let others = plan(
        "EXPLAIN QUERY PLAN SELECT min(lane) FROM deliveries
         WHERE finished_at IS NULL AND next_attempt_at IS NOT NULL AND stranger = 0",
    );
    let others = others.await;
    assert!(others.contains("deliveries_due") && !others.contains("strangers"), "{others}");
}
