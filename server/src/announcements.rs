//! Broadcasts change notifications to pages that stay open.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::broadcast;

use crate::time::now;

/// The number of notifications a slow subscriber may lag behind before it misses some.
const BEHIND: usize = 256;

/// Broadcasts the ids of changed items and counts the broadcasts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Announcements(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<i64>,
    count: AtomicU64,
}

impl Default for Announcements {
    fn default() -> Self {
        // Start from the clock, so that a page from before a restart does not see the same count again by chance.
        let count = AtomicU64::new(u64::try_from(now()).unwrap_or(0));
        Self(Arc::new(Inner { sender: broadcast::Sender::new(BEHIND), count }))
    }
}

impl Announcements {
    /// Notifies every subscriber that the item with this id has changed.
    pub fn announce(&self, id: i64) {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        // Sending fails if there are no subscribers, which is fine.
        let _ = self.0.sender.send(id);
    }

    /// Subscribes to notifications from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<i64> {
        self.0.sender.subscribe()
    }

    /// A number that changes with each notification. If it is the same when a page subscribes as when the page was
    /// rendered, the page has missed nothing.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::SeqCst)
    }

    /// The number of subscribers.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.0.sender.receiver_count()
    }
}
