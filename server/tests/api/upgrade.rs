//! The database of the previous version: it opens, waiting messages are delivered, and finished ones are shown as
//! before.

use std::fs;

use hookgram::delivery::DeliveryState;
use server::{secrets::seal::KEY_FILE, store::LogFilter, time::now};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{BotApi, TestServer, eventually};

/// SQL made by the previous version: a profile with a bot whose messages wait (two recipients share one of them, and
/// one message has two parts), and a profile with the sandbox whose message has arrived.
const DATABASE: &str = include_str!("../../../tests/fixtures/before_messages.sql");
/// The key that encrypts the database's token.
const KEY: &str = include_str!("../../../tests/fixtures/before_messages.key");

#[tokio::test]
async fn the_database_of_the_previous_version_opens_and_waiting_messages_are_delivered() {
    let api = BotApi::start().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(KEY_FILE), KEY).unwrap();
    // The dump has its tables in the order of their names, so foreign keys cannot be checked while it is loaded.
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("hookgram.db"))
        .create_if_missing(true)
        .foreign_keys(false);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(DATABASE).execute(&mut database).await.unwrap();
    let earlier =
        "SELECT count(*) FROM (SELECT parts FROM deliveries UNION ALL SELECT parts FROM texts) WHERE parts LIKE '[%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(earlier).fetch_one(&mut database).await.unwrap(), 4);
    // The times are moved to today, so that nothing is too old.
    for shift in [
        "UPDATE sandbox_messages SET at = at + ?1 - (SELECT max(received_at) FROM events)",
        "UPDATE deliveries SET created_at = ?1, age_from = ?1",
        "UPDATE events SET received_at = ?1",
    ] {
        sqlx::query(shift).bind(now()).execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();

    let data = folder.path().to_owned();
    let server = TestServer::start_with(&api.url(), |config| config.data_dir = data).await;
    api.wait_for_texts(5).await;
    let mut texts = api.texts();
    texts.sort();
    assert!(texts[0].starts_with("<b>Both</b> &amp; all\n") && texts[0] == texts[1], "{texts:?}");
    assert!(texts[2].starts_with("<i>Single</i>\n"), "{texts:?}");
    assert!(texts[3].starts_with("First part ") && texts[4].starts_with("Second part "), "{texts:?}");
    eventually("all to be delivered", async || {
        let deliveries = server.state.store.queue.deliveries(9).await.unwrap();
        deliveries.iter().all(|delivery| delivery.state == DeliveryState::Delivered)
    })
    .await;
    let shown = server.state.store.profiles.sandbox_messages(None, 9).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert!(shown[0].html.starts_with("<b>Sandbox</b>"), "{}", shown[0].html);

    // All messages are converted to the current form in the background.
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    loop {
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM message_conversions").fetch_one(&mut database).await.unwrap();
        if left == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(sqlx::query_scalar::<_, i64>(earlier).fetch_one(&mut database).await.unwrap(), 0);
    database.close().await.unwrap();
    let filter = LogFilter { text: Some("Both".into()), limit: 9, ..LogFilter::default() };
    assert_eq!(server.state.store.log.page(&filter).await.unwrap().rows.len(), 2, "the log finds what was sent");
    server.stop().await;
}
