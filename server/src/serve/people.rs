//! Fills in the people that events name, a few events at a time, behind the commits that accept them.

use std::time::{Duration, Instant};

use tokio::{sync::watch, time::sleep};

use crate::{state::AppState, store::Filled};

/// The shortest pause between two steps.
const PAUSE: Duration = Duration::from_millis(10);
/// How many times as long as a step took the pause after it is, so that the steps take a tenth of the time. Accepting
/// events goes before.
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
                        // Pages that show these events load them again, now with names.
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
