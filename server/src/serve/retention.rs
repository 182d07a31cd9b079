//! Retention (contract §6): events older than the days that they are kept go, a little at a time, and the room they
//! took in the file with them. What is kept for longer than that, because it waited, is kept as long again from its end
//! on. Whatever else grows goes too, once it is done with or of no use.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::{
    auth::session,
    settings::Live,
    store::{Place, Store, StoreError},
    time::{Millis, millis, now},
};

/// Between two steps: several times as long as a step takes, so that writers hardly meet one.
const PAUSE: Duration = Duration::from_millis(25);
/// Between two sweeps, and after a failure.
const REST: Duration = Duration::from_secs(10 * 60);

/// What would be learnt again at the next occasion is forgotten after so long without one: longer than a year, for those
/// whose season comes once in it.
const UNUSED: Millis = 400 * 24 * 60 * 60 * 1000;
/// How long the counts of outcomes are kept, in milliseconds: the list of profiles looks back on 7 days.
const OUTCOMES: Millis = 8 * 24 * 60 * 60 * 1000;

/// Deletes what is too old.
#[derive(Debug)]
pub struct Retention {
    store: Store,
    settings: Live,
    stage: Stage,
    gone: u64,
    longest: Duration,
}

/// What a sweep is at.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The events from here on.
    Events(Place),
    /// Finished events of the stateless endpoint: strangers' ones, and what a known token has beyond its share.
    Stateless,
    /// Messages of tests in the sandbox.
    Tests,
    /// What is done with, or of no use.
    Unneeded,
    /// The audit.
    Audit,
    /// What deleted profiles have left behind, and outcomes that nobody looks at any more.
    Remains,
    /// The file.
    File,
}

const START: Stage = Stage::Events(Place::FIRST);

impl Retention {
    /// Keeps events and the audit for as long as the settings say.
    #[must_use]
    pub fn new(store: Store, settings: Live) -> Self {
        Self { store, settings, stage: START, gone: 0, longest: Duration::ZERO }
    }

    /// Sweeps now and then until `shutdown` says so.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        loop {
            let pause = match self.run_once(now()).await {
                Ok(true) => PAUSE,
                Ok(false) => REST,
                Err(error) => {
                    tracing::error!(%error, "old events could not be deleted; it is tried again");
                    REST
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// One small step of a sweep; whether the sweep goes on. The next step after its end begins a new one.
    ///
    /// # Errors
    /// If the database fails; the next step tries the same again.
    pub async fn run_once(&mut self, now: Millis) -> Result<bool, StoreError> {
        let settings = self.settings.now();
        let before = now.saturating_sub(millis(settings.retention));
        match self.stage {
            Stage::Events(place) => {
                let swept = self.store.maintenance.delete_old_events(before, place).await?;
                self.gone += swept.events;
                self.longest = self.longest.max(swept.held);
                self.stage = swept.next.map_or(Stage::Stateless, Stage::Events);
            }
            Stage::Stateless => {
                if !self.store.events.delete_strangers(now).await? && !self.store.events.delete_beyond_kept().await? {
                    self.stage = Stage::Tests;
                }
            }
            Stage::Tests => {
                if !self.store.maintenance.delete_old_tests(before).await? {
                    self.stage = Stage::Unneeded;
                }
            }
            Stage::Unneeded => {
                if !self.store.maintenance.delete_unneeded(now, before, now.saturating_sub(UNUSED)).await? {
                    self.store.maintenance.delete_expired(now, now.saturating_sub(session::IDLE)).await?;
                    self.stage = Stage::Audit;
                }
            }
            Stage::Audit => {
                if !self.store.audit.delete_old_audit(now.saturating_sub(millis(settings.audit))).await? {
                    self.stage = Stage::Remains;
                }
            }
            Stage::Remains => {
                if !self.store.profiles.delete_remains(now, now.saturating_sub(OUTCOMES)).await? {
                    self.stage = Stage::File;
                }
            }
            Stage::File => {
                if !self.store.maintenance.shrink().await? {
                    self.store.maintenance.checkpoint().await?;
                    self.end();
                    return Ok(false);
                }
            }
        }
        self.store.maintenance.checkpoint().await?;
        Ok(true)
    }

    fn end(&mut self) {
        if self.gone > 0 {
            tracing::info!(events = self.gone, longest_ms = millis(self.longest), "old events were deleted");
        }
        (self.stage, self.gone, self.longest) = (START, 0, Duration::ZERO);
    }
}
