//! Rewrites messages that an earlier version stored, a few at a time, until all are rewritten.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::store::Store;

/// The pause between two steps: several times the duration of a step, so that other writers rarely wait for one.
const PAUSE: Duration = Duration::from_millis(25);
/// The pause after a failure.
const REST: Duration = Duration::from_secs(60);

pub(super) async fn run(store: Store, mut shutdown: watch::Receiver<bool>) {
    let mut steps = 0_u64;
    loop {
        let pause = match store.maintenance.convert_messages().await {
            Ok(true) => PAUSE,
            Ok(false) => break,
            Err(error) => {
                tracing::error!(%error, "messages of an earlier version could not be converted; this will be retried");
                REST
            }
        };
        steps += 1;
        tokio::select! {
            () = sleep(pause) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
    if steps > 0 {
        tracing::info!(steps, "all messages of an earlier version were converted");
    }
}
