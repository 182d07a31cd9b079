//! Stores once a minute when Telegram last answered for each bot. After a restart, the new-bot limiter therefore does
//! not treat known bots as new.

use std::time::{Duration, Instant};

use tokio::{sync::watch, time::sleep};

use crate::{
    state::AppState,
    time::{millis, now},
};

/// The pause between two writes.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs until `shutdown` becomes true, and then stores the last times.
pub(super) async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    let mut since = Instant::now();
    loop {
        let stops = tokio::select! {
            () = sleep(PAUSE) => false,
            _ = shutdown.wait_for(|stop| *stop) => true,
        };
        let heard = state.new_bots.heard_since(since);
        since = Instant::now();
        let answers: Vec<_> =
            heard.into_iter().map(|(sender, at)| (sender, now().saturating_sub(millis(at.elapsed())))).collect();
        if !answers.is_empty()
            && let Err(error) = state.store.bots.put_answers(&answers).await
        {
            tracing::warn!(%error, "the times of Telegram's last responses for the bots could not be stored");
        }
        if stops {
            return;
        }
    }
}
