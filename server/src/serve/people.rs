//! Stores the people that events name, a few events at a time, after the commits that accept the events.

use std::time::{Duration, Instant};

use tokio::{sync::watch, time::sleep};

use crate::{state::AppState, store::Filled};

/// The shortest pause between two steps.
const PAUSE: Duration = Duration::from_millis(10);
/// The pause after a step as a multiple of its duration, so that the steps take a tenth of the time and accepting
/// events has priority.
const SHARE: u32 = 9;
/// The pause after a failure.
const REST: Duration = Duration::from_secs(10);

pub(super) async fn run(state: AppState, mut shutdown: watch::Receiver<bool>) {
    let maintenance = &state.store.maintenance;
    loop {
        let begun = Instant::now();
        let wait = async {
            match maintenance.fill_people().await {
                Ok(Filled::Nothing) => maintenance.news().await,
                Ok(filled) => {
                    if filled == Filled::New {
                        // Pages that show these events reload them, now with names.
                        state.changes.announce(0);
                    }
                    sleep(PAUSE.max(begun.elapsed() * SHARE)).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the people of events could not be filled in; this will be retried");
                    sleep(REST).await;
                }
            }
        };
        tokio::select! {
            () = wait => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}
