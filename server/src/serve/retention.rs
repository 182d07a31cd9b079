//! Retention (contract §6): deletes events that are older than the settings allow, a few at a time, and shrinks the
//! file. An event with an unfinished delivery is kept; once the delivery is finished, the whole period starts again.
//! Other data that would grow without bound is deleted once it is finished or unused.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use crate::{
    auth::session,
    settings::Live,
    store::{Store, StoreError, SweepPlace},
    time::{Millis, millis, now},
};

/// The pause between two steps: several times the duration of a step, so that other writers rarely wait for one.
const PAUSE: Duration = Duration::from_millis(25);
/// The pause between two sweeps, and after a failure.
const REST: Duration = Duration::from_secs(10 * 60);

/// Data that the server would learn again (tokens that Telegram accepted, moved chats, …) is deleted after this long
/// without use, in milliseconds: more than a year, for businesses with one season a year.
const UNUSED: Millis = 400 * 24 * 60 * 60 * 1000;
/// How long outcomes are counted, in milliseconds. The list of profiles shows 7 days.
const OUTCOMES: Millis = 8 * 24 * 60 * 60 * 1000;

/// Deletes old data.
#[derive(Debug)]
pub struct Retention {
    store: Store,
    settings: Live,
    stage: Stage,
    gone: u64,
    longest: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Events, from this position on.
    Events(SweepPlace),
    /// Finished events of the stateless endpoint: those of strangers, and those of a known token beyond its quota.
    Stateless,
    /// Test messages in the sandbox.
    Tests,
    /// Data that is finished or unused.
    Unneeded,
    /// Customers of booking bots without contact, and bookings that are over.
    Customers,
    /// Old entries of the audit log.
    Audit,
    /// Rows that deleted profiles have left behind, and old counts of outcomes.
    Remains,
    /// Free pages of the database file.
    File,
}

const START: Stage = Stage::Events(SweepPlace::FIRST);

impl Retention {
    /// A sweeper that keeps events, customers and the audit log for as long as the settings say.
    #[must_use]
    pub fn new(store: Store, settings: Live) -> Self {
        Self { store, settings, stage: START, gone: 0, longest: Duration::ZERO }
    }

    /// Sweeps repeatedly until `shutdown` becomes true.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        loop {
            let pause = match self.run_once(now()).await {
                Ok(true) => PAUSE,
                Ok(false) => REST,
                Err(error) => {
                    tracing::error!(%error, "old events could not be deleted; this will be retried");
                    REST
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Runs one small step of a sweep. Returns whether the sweep continues. After its end, the next step starts a new
    /// sweep.
    ///
    /// # Errors
    /// The database failed. The next step repeats this one.
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
                    self.stage = Stage::Customers;
                }
            }
            Stage::Customers => {
                let before = now.saturating_sub(millis(settings.customers));
                if !self.store.maintenance.delete_old_customers(now, before).await? {
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
