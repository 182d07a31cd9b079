//! The reference servers that Hookgram is compared with. The first is a handler that reads the event into the same
//! fields and answers. The second also writes one SQLite row per request, in group commits that are on disk before the
//! answer.

use std::{net::SocketAddr, path::Path, str::FromStr as _};

use anyhow::{Context as _, Result};
use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use hookgram::event::BookingEvent;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// The maximum number of rows in one commit, as in Hookgram.
const BATCH: usize = 128;

type Row = (Option<i64>, Option<String>, i64);
type Rows = mpsc::Sender<(Row, oneshot::Sender<bool>)>;

/// Serves `/h/{key}` until the process is killed. With a folder, each event is stored as a row in a database there.
pub async fn serve(folder: Option<&Path>) -> Result<()> {
    let rows = match folder {
        Some(folder) => Some(rows(folder).await?),
        None => None,
    };
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("{}", listener.local_addr()?);
    let router = Router::new().route("/h/{key}", post(accept)).with_state(rows);
    axum::serve(listener, router).await.context("the reference server ended")
}

async fn accept(State(rows): State<Option<Rows>>, body: Bytes) -> (StatusCode, &'static str) {
    let Ok(event) = BookingEvent::read(&body) else { return (StatusCode::BAD_REQUEST, "no event") };
    let answer = (StatusCode::OK, r#"{"Status":"Success","Message":"The event is accepted"}"#);
    let Some(rows) = rows else { return answer };
    let row = (event.event_type.map(|kind| kind.0), event.case.number, chrono::Utc::now().timestamp_millis());
    let (reply, written) = oneshot::channel();
    match rows.send((row, reply)).await {
        Ok(()) if written.await == Ok(true) => answer,
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not stored"),
    }
}

async fn rows(folder: &Path) -> Result<Rows> {
    let options = SqliteConnectOptions::from_str("sqlite:")?
        .filename(folder.join("rows.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query("CREATE TABLE events (id INTEGER PRIMARY KEY, kind INTEGER, number TEXT, at INTEGER NOT NULL) STRICT")
        .execute(&pool)
        .await?;
    let (sender, receiver) = mpsc::channel(2048);
    tokio::spawn(write(pool, receiver));
    Ok(sender)
}

async fn write(pool: SqlitePool, mut rows: mpsc::Receiver<(Row, oneshot::Sender<bool>)>) {
    let mut batch = Vec::with_capacity(BATCH);
    while rows.recv_many(&mut batch, BATCH).await > 0 {
        let is_written = commit(&pool, &batch).await.is_ok();
        for (_, reply) in batch.drain(..) {
            // The handler is gone if its client has disconnected.
            let _ = reply.send(is_written);
        }
    }
}

async fn commit(pool: &SqlitePool, batch: &[(Row, oneshot::Sender<bool>)]) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    for ((kind, number, at), _) in batch {
        sqlx::query("INSERT INTO events (kind, number, at) VALUES (?1, ?2, ?3)")
            .bind(kind)
            .bind(number)
            .bind(at)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}
