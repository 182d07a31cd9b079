//! Fills a database with events of the last 29 days for the existing profiles, each with a delivery and an attempt.

use std::{path::Path, time::Instant};

use anyhow::{Result, anyhow, ensure};
use hookgram::message::{Part, StoredMessage};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

/// The number of rows in one commit.
const CHUNK: i64 = 50_000;

const EVENTS: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2),
    placed AS (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM profiles)
    INSERT INTO events (public_id, profile_id, bot_id, field_name, received_at, event_type, order_number, parameters,
        fingerprint, outcome, http_status)
    SELECT lower(hex(randomblob(9))), p.id, p.bot_id, '*TelegramId', ?4 + n * ?5, 3001, '№' || n, p.parameters,
        randomblob(32), 'accepted', 200
    FROM numbers JOIN placed p ON p.place = n % ?3";

const PAYLOADS: &str = "
    INSERT INTO payloads (event_id, encoding, body)
    SELECT id, 'identity', CAST(?3 AS BLOB) FROM events WHERE id > ?1 AND id <= ?2";

const DELIVERIES: &str = "
    INSERT INTO deliveries (event_id, profile_id, participant, chat, bot_id, lane, sandbox, state, parts, parts_sent,
        attempts, created_at, age_from, finished_at, last_status, last_error, cause)
    SELECT e.id, e.profile_id, 0, 100000000 + e.id % 50000, e.bot_id, b.sender, 0,
        CASE WHEN e.id % 50 = 0 THEN 'failed' ELSE 'delivered' END, ?3, e.id % 50 > 0, 1, e.received_at, e.received_at,
        e.received_at + 80, CASE WHEN e.id % 50 = 0 THEN 403 END,
        CASE WHEN e.id % 50 = 0 THEN 'Forbidden: bot was blocked by the user' END,
        CASE WHEN e.id % 50 = 0 THEN 'blocked' END
    FROM events e JOIN profiles p ON p.id = e.profile_id JOIN bots b ON b.id = p.bot_id
    WHERE e.id > ?1 AND e.id <= ?2";

const ATTEMPTS: &str = "
    INSERT INTO attempts (delivery_id, part, started_at, latency_ms, http_status, class, description)
    SELECT d.id, 0, d.created_at + 5, 75, CASE WHEN d.state = 'failed' THEN 403 ELSE 200 END,
        CASE WHEN d.state = 'failed' THEN 'refused' ELSE 'sent' END, d.last_error
    FROM deliveries d WHERE d.event_id > ?1 AND d.event_id <= ?2";

/// Adds `count` deliveries to the database in a data folder. `hookgram profile import` must have created it.
pub async fn fill(folder: &Path, count: i64) -> Result<()> {
    let clock = Instant::now();
    let options = SqliteConnectOptions::new()
        .filename(folder.join("hookgram.db"))
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-262144");
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let profiles: i64 = sqlx::query_scalar("SELECT count(*) FROM profiles").fetch_one(&mut connection).await?;
    ensure!(profiles > 0, "there is no profile in {}", folder.display());
    let before: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM events").fetch_one(&mut connection).await?;
    let span = 29 * 86_400_000;
    let start = chrono::Utc::now().timestamp_millis() - span;
    let payload = include_str!("../../tests/fixtures/everything.json");
    let text = "<b>Вы записаны</b>\nМассаж, 60 минут\n12 марта, 15:00 – 16:00\n".repeat(4);
    let part = Part::from_html(&text).map_err(|fault| anyhow!("{fault:?}"))?;
    let parts = StoredMessage::of(&[part]).as_str().to_owned();
    for from in (0..count).step_by(usize::try_from(CHUNK)?) {
        let to = count.min(from + CHUNK);
        let mut tx = connection.begin().await?;
        let events = sqlx::query(EVENTS).bind(from).bind(to).bind(profiles).bind(start).bind(span / count.max(1));
        events.execute(&mut *tx).await?;
        sqlx::query(PAYLOADS).bind(before + from).bind(before + to).bind(payload).execute(&mut *tx).await?;
        sqlx::query(DELIVERIES).bind(before + from).bind(before + to).bind(&parts).execute(&mut *tx).await?;
        sqlx::query(ATTEMPTS).bind(before + from).bind(before + to).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    // Otherwise the system would write the rest to disk during a measurement.
    std::fs::File::open(folder.join("hookgram.db"))?.sync_all()?;
    println!("{count} deliveries in {:.1} s", clock.elapsed().as_secs_f64());
    Ok(())
}
