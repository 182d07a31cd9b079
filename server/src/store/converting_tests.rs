//! The conversion of messages that an earlier version stored.

use super::{
    tests::{accept_with, claim_due, draft, event, to},
    *,
};
use crate::store::audit::COMMAND_LINE;

const HTML: &str = r#"["<b>x</b>","y"]"#;

#[tokio::test]
async fn messages_of_an_earlier_version_are_converted_in_steps_and_can_be_read_meanwhile() {
    let store = Store::in_memory().await.unwrap();
    let id = store.profiles.put(None, &draft("A"), &COMMAND_LINE).await.unwrap();
    let source = TokenSource::Profile(id);
    for number in 0..450 {
        let event = AcceptedEvent { received_at: number, ..event(&number.to_string(), &source) };
        accept_with(&store, event, vec![to(&number.to_string())], 0).await.unwrap();
    }
    let shared = to("a");
    accept_with(
        &store,
        event("two", &source),
        vec![shared.clone(), NewDelivery { chat: Ok("b".to_owned()), ..shared }],
        0,
    )
    .await
    .unwrap();
    let stored: String =
        sqlx::query_scalar("SELECT parts FROM deliveries WHERE id = 1").fetch_one(&store.db.read).await.unwrap();
    for sql in ["UPDATE deliveries SET parts = ?1 WHERE parts <> '' AND id % 3 <> 0", "UPDATE texts SET parts = ?1"] {
        sqlx::query(sql).bind(HTML).execute(&store.db.write).await.unwrap();
    }
    sqlx::query("UPDATE deliveries SET parts = '[' WHERE id = 5").execute(&store.db.write).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO message_conversions SELECT 'deliveries', 0, max(id) FROM deliveries;
         INSERT INTO message_conversions SELECT 'texts', 0, max(id) FROM texts;",
    )
    .execute(&store.db.write)
    .await
    .unwrap();

    // Both forms are read as the same message while the conversion is under way.
    assert!(store.maintenance.convert_messages().await.unwrap());
    let before = store.events.parts(449).await.unwrap();
    assert_eq!(store.events.parts(1).await.unwrap(), before);
    let claimed = claim_due(&store, "one", 500, 1_000, &[]).await;
    assert_eq!(claimed[0].parts, before);

    let mut steps = 1;
    while store.maintenance.convert_messages().await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 3 + 1 + 1 + 1, "200 rows a step, then each table's end");
    let forms: Vec<(String, i64)> = sqlx::query_as(
        "SELECT parts, count(*) FROM (SELECT parts FROM deliveries UNION ALL SELECT parts FROM texts)
         GROUP BY parts ORDER BY 2",
    )
    .fetch_all(&store.db.read)
    .await
    .unwrap();
    assert_eq!(forms, [("[".to_owned(), 1), (String::new(), 2), (stored, 450)]);
    assert!(!store.maintenance.convert_messages().await.unwrap());
}
