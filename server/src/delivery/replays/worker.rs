//! The task that carries out bulk replays and cancels, in small steps.

use std::time::Duration;

use hookgram::{
    delivery::Outcome,
    replay::{BulkKind, Handled},
};
use tokio::{sync::watch, time::sleep};

use crate::delivery::replays::Replays;
use crate::{store::StoreError, time::now};

/// The delay between two steps. It is several times as long as a step, so that other writers rarely wait for one.
const PAUSE: Duration = Duration::from_millis(25);
/// The interval of checks for bulk actions that another process (the command line) has begun, and the delay after a
/// failure.
const REST: Duration = Duration::from_secs(5);

impl Replays {
    /// Carries out bulk actions until `shutdown` becomes true.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        loop {
            let pause = match self.run_once().await {
                Ok(true) => PAUSE,
                Ok(false) => REST,
                Err(error) => {
                    tracing::error!(%error, "a bulk action could not continue and will be retried");
                    REST
                }
            };
            let begun = async {
                self.begun.notified().await;
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = begun, if pause == REST => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Carries out one small step. Returns false if there was nothing to do.
    ///
    /// # Errors
    ///
    /// The next call repeats the step.
    pub async fn run_once(&self) -> Result<bool, StoreError> {
        let Some(bulk) = self.store.queue.open_bulk().await? else { return Ok(false) };
        let ids = self.store.queue.bulk_step(&bulk).await?;
        if ids.is_empty() {
            match self.store.queue.finish_bulk(bulk.id, now()).await {
                // Another process has ended the bulk action.
                Err(StoreError::NotFound) => {}
                done => {
                    done?;
                    tracing::debug!(bulk = bulk.id, kind = ?bulk.kind, "a bulk action is complete");
                }
            }
            return Ok(true);
        }
        match bulk.kind {
            BulkKind::Replay(_) if bulk.matching.outcome == Outcome::Rejected => {
                let mut handled = Vec::with_capacity(ids.len());
                for id in ids {
                    handled.push(Handled { id, done: self.replay_event(id, None).await? });
                }
                self.store.queue.record_step(&bulk, &handled).await?;
            }
            BulkKind::Replay(how) => {
                let wishes = self.wishes(&ids, how).await?;
                self.store.queue.replay_step(&wishes, &bulk, now()).await?;
            }
            BulkKind::Cancel => {
                self.store.queue.cancel_step(&ids, &bulk, now()).await?;
            }
        }
        self.wake.notify_one();
        Ok(true)
    }
}
