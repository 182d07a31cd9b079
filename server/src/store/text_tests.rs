//! Texts that several recipients share: they are stored once, and reading, replaying, erasing and deleting them works
//! as for unshared texts.

use hookgram::{
    channel::ChannelKind,
    message::{Part, StoredMessage},
    replay::ReplayError,
    secret::BotToken,
};

use super::{
    tests::{TOKEN, accept_with, claim_due, draft, event, saying, to, to_sandbox},
    *,
};
use crate::store::audit::COMMAND_LINE;

/// A message for each of these chats.
fn telling(parts: &[&str], chats: std::ops::Range<usize>) -> Vec<NewDelivery> {
    let message = saying(parts);
    let delivery =
        |chat: usize| NewDelivery { participant: chat, chat: Ok(chat.to_string()), message: message.clone() };
    chats.map(delivery).collect()
}

async fn profile(store: &Store) -> TokenSource {
    TokenSource::Profile(store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap())
}

async fn number(store: &Store, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&store.db.read).await.unwrap()
}

async fn claim(store: &Store) -> Vec<Claimed> {
    claim_due(store, "one", 1_000, 31_000, &[]).await
}

#[tokio::test]
async fn a_text_shared_by_a_thousand_recipients_is_stored_once() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    let long = "слово ".repeat(700);
    let mut deliveries = telling(&[&long, "end"], 0..1_000);
    deliveries.extend(telling(&["for one"], 1_000..1_001));
    deliveries.push(NewDelivery { chat: Err("no field".to_owned()), message: StoredMessage::default(), ..to("") });
    accept_with(&store, event("a", &source), deliveries, 0).await.unwrap();
    accept_with(&store, event("b", &source), telling(&[&long], 2_000..2_001), 0).await.unwrap();

    let bytes =
        "SELECT (SELECT sum(octet_length(parts)) FROM texts) + (SELECT sum(octet_length(parts)) FROM deliveries)";
    let bytes = usize::try_from(number(&store, bytes).await).unwrap();
    assert!((2 * long.len()..3 * long.len()).contains(&bytes), "{bytes}");
    assert_eq!(number(&store, "SELECT count(*) FROM texts").await, 1, "a text for one stays in its delivery");

    let claimed = claim(&store).await;
    assert!(claimed.iter().all(|claimed| claimed.parts == [Part::plain(&long), Part::plain("end")]), "{claimed:?}");
    let first = claimed.first().unwrap();
    assert_eq!((first.part_count, store.events.part(first, 1).await.unwrap()), (2, Part::plain("end")));
    assert_eq!(store.events.parts(first.id).await.unwrap(), first.parts);
    assert_eq!(store.events.parts(1_001).await.unwrap(), [Part::plain("for one")]);
    assert_eq!(store.log.logged(first.id).await.unwrap().unwrap().part_count, Some(2));
    let filter = LogFilter { text: Some("end".into()), limit: 2_000, ..LogFilter::default() };
    assert_eq!(store.log.page(&filter).await.unwrap().rows.len(), 1_000);
}

#[tokio::test]
async fn a_long_text_is_read_part_by_part_when_it_is_sent() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    let sandbox = AcceptedEvent { channel: ChannelKind::Sandbox, bot_id: None, ..event("b", &source) };
    let (first, second) = ("a".repeat(40_000), "b".repeat(40_000));
    accept_with(&store, event("a", &source), telling(&[&first, &second], 5..7), 0).await.unwrap();
    accept_with(&store, sandbox, telling(&[&first, &second], 8..9), 0).await.unwrap();
    let claimed = claim(&store).await;
    assert_eq!(claimed.len(), 3);
    for claimed in &claimed {
        assert_eq!((claimed.parts.len(), claimed.part_count), (0, 2), "none of it is held by the claim");
        assert_eq!(store.events.part(claimed, 0).await.unwrap().text(), first);
        assert_eq!(store.events.part(claimed, 1).await.unwrap().text(), second);
        assert!(store.events.part(claimed, 2).await.is_err());
        if claimed.channel == ChannelKind::Sandbox {
            to_sandbox(&store, claimed, 2_000).await;
        }
    }
    let shown: Vec<String> =
        store.profiles.sandbox_messages(None, 9).await.unwrap().into_iter().map(|message| message.html).collect();
    assert_eq!(shown, [first, second]);
}

#[tokio::test]
async fn a_replay_shares_the_stored_text() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    accept_with(&store, event("a", &source), telling(&["Hello"], 5..7), 0).await.unwrap();
    for claimed in claim(&store).await {
        store.queue.record(&claimed, None, &DeliveryChange::Delivered, 2_000).await.unwrap();
    }
    assert_eq!(replay(&store, 1, Ask::Undelivered).await, Err(ReplayError::Arrived));
    let copy = replay(&store, 1, Ask::Exactly).await.unwrap();
    assert_eq!(store.events.parts(copy).await.unwrap(), [Part::plain("Hello")]);
    assert_eq!(number(&store, "SELECT count(*) FROM texts").await, 1);
}

async fn replay(store: &Store, id: i64, ask: Ask) -> Result<i64, ReplayError> {
    store.queue.replay(&[Wish::AsItWas(id)], ask, &COMMAND_LINE, 3_000).await.unwrap().unwrap()[0].done
}

#[tokio::test]
async fn a_shared_text_is_erased_with_the_last_of_its_recipients() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    accept_with(&store, event("a", &source), telling(&["Hello, both"], 5..7), 0).await.unwrap();
    accept_with(&store, event("b", &source), telling(&["Hello, others"], 7..9), 0).await.unwrap();
    store.maintenance.erase("5", &COMMAND_LINE, 2_000).await.unwrap();
    assert_eq!(store.events.parts(2).await.unwrap(), [Part::plain("Hello, both")], "it is also for another");
    store.maintenance.erase("6", &COMMAND_LINE, 2_000).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT parts FROM texts").fetch_all(&store.db.read).await.unwrap();
    assert_eq!(left, [saying(&["Hello, others"]).as_str()]);
}

#[tokio::test]
async fn shared_texts_of_old_events_are_deleted_in_small_steps() {
    let store = Store::in_memory().await.unwrap();
    let source = profile(&store).await;
    let deliveries = (0..8).flat_map(|text: usize| {
        let text_of = char::from(b'a' + u8::try_from(text).unwrap()).to_string().repeat(60 * 1024);
        telling(&[&text_of], 2 * text..2 * text + 2)
    });
    accept_with(&store, event("a", &source), deliveries.collect(), 0).await.unwrap();
    sqlx::query("UPDATE deliveries SET state = 'delivered', finished_at = 1").execute(&store.db.write).await.unwrap();
    let (mut place, mut counts) = (SweepPlace::FIRST, vec![8]);
    while let Some(next) = store.maintenance.delete_old_events(5_000, place).await.unwrap().next {
        counts.push(number(&store, "SELECT count(*) FROM texts").await);
        place = next;
    }
    assert!(counts.windows(2).all(|pair| pair[0] - pair[1] <= 3), "{counts:?}");
    assert_eq!((counts.last(), number(&store, "SELECT count(*) FROM events").await), (Some(&0), 0));
}

#[tokio::test]
async fn events_waiting_for_their_commit_are_bounded_in_bytes_and_strangers_leave_room_for_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    let source = profile(&store).await;
    // The writer waits for the connection, so all events wait for their commit.
    let held = store.db.write.acquire().await.unwrap();
    let (told, mut refusals) = tokio::sync::mpsc::unbounded_channel();
    let give = |name: String, is_known: bool| {
        let (store, told, source) = (store.clone(), told.clone(), source.clone());
        tokio::spawn(async move {
            let token = BotToken::parse(TOKEN).unwrap();
            let source = if is_known { source } else { TokenSource::event(token.clone()) };
            let stranger = Stateless { address: Some("a".to_owned()), stranger_events: 1_000_000 };
            let stateless = (!is_known).then_some(stranger);
            let event = AcceptedEvent { stateless, ..event(&name, &source) };
            let message = saying(&[&"x".repeat(1 << 20)]);
            let received = accept_with(&store, event, vec![NewDelivery { message, ..to("5") }], 0).await;
            let is_busy = matches!(received, Err(StoreError::Busy));
            if is_busy {
                told.send(name).unwrap();
            }
            (is_busy, received.is_ok())
        })
    };
    let strangers: Vec<_> = (0..40).map(|number| give(format!("s{number}"), false)).collect();
    for _ in 0..30 {
        refusals.recv().await.unwrap();
    }
    let known = give("k".into(), true);
    drop(held);
    assert_eq!(known.await.unwrap(), (false, true));
    let (mut busy, mut kept) = (0, 0);
    for stranger in strangers {
        let (is_busy, is_kept) = stranger.await.unwrap();
        busy += usize::from(is_busy);
        kept += usize::from(is_kept);
    }
    assert!((7..=10).contains(&kept) && busy + kept == 40, "{kept} kept, {busy} refused");
}
