//! Bounds of the stateless endpoint: the stored sums are right, known tokens have bounds too, and strangers' events are
//! deleted.

use hookgram::{delivery::FailureCause, secret::BotToken};

use super::{
    AcceptedEvent, DeliveryChange, Packed, Reason, Received, Rejection, SenderKey, Store, TokenSource,
    tests::{accept_with, event, to},
};
use crate::store::events::strangers::Stateless;

fn token(number: u32) -> BotToken {
    BotToken::parse(&format!("{}:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd", 7_001_000_000 + u64::from(number))).unwrap()
}

fn from(address: &str, events: u64) -> Stateless {
    Stateless { address: Some(address.to_owned()), stranger_events: events }
}

async fn accept(store: &Store, id: &str, token: &BotToken, stateless: &Stateless) -> Received {
    let event = AcceptedEvent { stateless: Some(stateless.clone()), ..event(id, TokenSource::event(token.clone())) };
    accept_with(store, event, vec![to("5")], 0).await.unwrap()
}

/// Returns the stored sums, and the sums counted from the events.
async fn sums(store: &Store) -> [Vec<(String, i64, i64)>; 2] {
    let kept = "SELECT holder, events, bytes FROM stateless_usage WHERE events > 0 ORDER BY holder";
    let counted = "SELECT holder, count(*), sum(bytes) FROM (
             SELECT coalesce(address, hex(lane)) AS holder, bytes FROM stateless_events WHERE finished_at IS NULL
             UNION ALL
             SELECT '*', bytes FROM stateless_events WHERE finished_at IS NULL AND address IS NOT NULL
             UNION ALL
             SELECT 'kept:' || hex(lane), bytes FROM stateless_events WHERE finished_at IS NOT NULL AND address IS NULL)
         GROUP BY holder ORDER BY holder";
    let rows = async |statement| sqlx::query_as(statement).fetch_all(&store.db.read).await.unwrap();
    [rows(kept).await, rows(counted).await]
}

async fn count(store: &Store, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&store.db.read).await.unwrap()
}

/// Claims the strangers' due deliveries and lets them fail.
async fn fail_all(store: &Store) {
    let heads = store.queue.strangers_heads(1_000, &[]).await.unwrap();
    let ids: Vec<i64> = heads.iter().map(|(head, ..)| head.id).collect();
    for claimed in store.queue.claim(&ids, "test", 10_000, 20_000).await.unwrap() {
        store.queue.record(&claimed, None, &DeliveryChange::Failed(FailureCause::Blocked), 11_000).await.unwrap();
    }
}

/// Claims all deliveries of a known token, one after the other in each chat, and lets them fail.
async fn finish(store: &Store, of: u32) {
    loop {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM deliveries WHERE lane = ?1 AND finished_at IS NULL")
            .bind(SenderKey::of(&token(of)).as_bytes())
            .fetch_all(&store.db.read)
            .await
            .unwrap();
        if ids.is_empty() {
            return;
        }
        let claimed = store.queue.claim(&ids, "test", 12_000, 20_000).await.unwrap();
        assert!(!claimed.is_empty(), "{ids:?} cannot be claimed");
        for claimed in claimed {
            store.queue.record(&claimed, None, &DeliveryChange::Failed(FailureCause::Blocked), 11_000).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_stored_sums_match_the_events_after_every_change() {
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
    assert!(store.queue.open_senders().await.unwrap().is_empty(), "strangers are found apart");
    store.bots.accepted(&token(1), "Salon", "salon_bot").await.unwrap();
    let sender = SenderKey::of(&token(1));
    let kept = is_true("one is known").await;
    assert!(
        kept.iter().any(|(holder, events, _)| (holder.as_str(), *events) == (sender.hex().as_str(), 2)),
        "{kept:?}"
    );
    assert_eq!(store.queue.open_senders().await.unwrap().len(), 1);
    assert_eq!(accept(&store, "known", &token(1), &from("a", 100)).await, Received::Accepted);
    is_true("one more of it").await;
    fail_all(&store).await;
    let kept = is_true("strangers have failed").await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    store.bots.accepted(&token(2), "Salon", "salon_bot").await.unwrap();
    let kept = is_true("one that had failed is known").await;
    assert!(kept.iter().any(|(holder, ..)| *holder == format!("kept:{}", SenderKey::of(&token(2)).hex())), "{kept:?}");
    finish(&store, 1).await;
    is_true("a known token's are finished").await;
    sqlx::query("DELETE FROM events").execute(&store.db.write).await.unwrap();
    assert!(is_true("all are gone").await.is_empty());
}

#[tokio::test]
async fn a_known_token_has_at_most_twenty_thousand_undelivered_events() {
    let store = Store::in_memory().await.unwrap();
    store.bots.accepted(&token(1), "Salon", "salon_bot").await.unwrap();
    let known = Stateless { address: None, stranger_events: 0 };
    assert_eq!(accept(&store, "first", &token(1), &known).await, Received::Accepted);
    let put = "UPDATE stateless_usage SET events = ?1, bytes = ?2";
    for (events, bytes, received) in
        [(19_999, 0, Received::Accepted), (20_000, 0, Received::Full), (1, 48 << 20, Received::Full)]
    {
        sqlx::query(put).bind(events).bind(bytes).execute(&store.db.write).await.unwrap();
        assert_eq!(accept(&store, &format!("{events} {bytes}"), &token(1), &known).await, received);
    }
}

#[tokio::test]
async fn the_newest_256_mib_of_a_known_tokens_finished_events_are_kept() {
    let store = Store::in_memory().await.unwrap();
    let known = Stateless { address: None, stranger_events: 0 };
    for of in 1..=2 {
        store.bots.accepted(&token(of), "Salon", "salon_bot").await.unwrap();
        for number in 0..6 {
            assert_eq!(accept(&store, &format!("{of} {number}"), &token(of), &known).await, Received::Accepted);
        }
        finish(&store, of).await;
    }
    assert!(!store.events.delete_beyond_kept().await.unwrap());
    let mine = SenderKey::of(&token(1));
    // The stored sums claim that each event of this token has 100 MiB.
    let put = async |statement: &'static str| {
        sqlx::query(statement).bind(mine.as_bytes()).bind(100 << 20).execute(&store.db.write).await.unwrap();
    };
    put("UPDATE stateless_events SET bytes = ?2 WHERE lane = ?1").await;
    put("UPDATE stateless_usage SET bytes = events * ?2 WHERE holder = 'kept:' || hex(?1)").await;
    put("UPDATE stateless_events SET finished_at = finished_at + event_id + ?2 * 0 WHERE lane = ?1").await;

    assert_eq!(accept(&store, "more", &token(1), &known).await, Received::Full, "the sweep is behind");
    assert_eq!(accept(&store, "other", &token(2), &known).await, Received::Accepted);
    let rejection = Rejection {
        public_id: "refused".into(),
        token: Some(token(1)),
        profile_id: None,
        field_name: None,
        event_type: None,
        order_number: None,
        parameters: String::new(),
        overrides: String::new(),
        payload: Some(Packed::of(b"{}")),
        http_status: 422,
        reason: Reason { ru: "нет".into(), en: "no".into() },
        cause: None,
        stranger: None,
    };
    store.events.record_rejection(rejection.clone()).await.unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE public_id = 'refused'").await, 0);

    while store.events.delete_beyond_kept().await.unwrap() {}
    let left: Vec<String> = sqlx::query_scalar("SELECT public_id FROM events WHERE public_id LIKE '1 %' ORDER BY id")
        .fetch_all(&store.db.read)
        .await
        .unwrap();
    assert_eq!(left, ["1 4", "1 5"], "the oldest go first");
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE public_id LIKE '2 %'").await, 6);
    let [kept, counted] = sums(&store).await;
    assert_eq!(kept, counted);
    assert_eq!(accept(&store, "again", &token(1), &known).await, Received::Accepted);
    store.events.record_rejection(rejection.clone()).await.unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE public_id = 'refused'").await, 1);
    let [kept, counted] = sums(&store).await;
    assert_eq!(kept, counted, "what was refused counts, too");
}

#[tokio::test]
async fn strangers_are_refused_if_the_limit_is_zero() {
    let store = Store::in_memory().await.unwrap();
    let nobody = from("a", 0);
    assert!(store.events.is_full_for_stranger(&nobody).await.unwrap());
    assert_eq!(accept(&store, "1", &token(1), &nobody).await, Received::Full);
}

#[tokio::test]
async fn strangers_finished_events_are_deleted_after_a_day_or_beyond_a_thousand() {
    let store = Store::in_memory().await.unwrap();
    for number in 0..1_010 {
        let stranger = from(&format!("{}", number / 100), 100_000);
        assert_eq!(accept(&store, &number.to_string(), &token(number), &stranger).await, Received::Accepted);
    }
    fail_all(&store).await;
    fail_all(&store).await;
    assert_eq!(count(&store, "SELECT count(*) FROM stateless_events WHERE finished_at IS NULL").await, 0);
    let sweep = async |now| {
        while store.events.delete_strangers(now).await.unwrap() {}
        count(&store, "SELECT count(*) FROM events").await
    };
    assert_eq!(sweep(12_000).await, 1_000);
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(sweep(11_000 + day).await, 1_000);
    assert_eq!(sweep(11_001 + day).await, 0);
    assert_eq!(count(&store, "SELECT count(*) FROM deliveries").await, 0);
}

#[tokio::test]
async fn due_deliveries_of_strangers_and_of_others_have_separate_indexes() {
    let store = Store::in_memory().await.unwrap();
    let plan = async |statement: &'static str| {
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(statement).fetch_all(&store.db.read).await.unwrap();
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
