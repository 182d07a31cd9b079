//! Announces changes to the pages that stay open.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::broadcast;

use crate::time::now;

/// How many announcements a slow page may be behind before it misses some.
const BEHIND: usize = 256;

/// Ids of what has changed, and how many there were. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Announcements(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<i64>,
    count: AtomicU64,
}

impl Default for Announcements {
    fn default() -> Self {
        // The count of an earlier process must not be met again by chance.
        let count = AtomicU64::new(u64::try_from(now()).unwrap_or(0));
        Self(Arc::new(Inner { sender: broadcast::Sender::new(BEHIND), count }))
    }
}

impl Announcements {
    /// Tells every listener that this has changed.
    pub fn announce(&self, id: i64) {
        self.0.count.fetch_add(1, Ordering::SeqCst);
        // An error means that nobody listens.
        let _ = self.0.sender.send(id);
    }

    /// The ids that are announced from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<i64> {
        self.0.sender.subscribe()
    }

    /// Changes with each announcement. A page that was made at one count misses nothing if it is still the same when
    /// the page begins to listen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::SeqCst)
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.0.sender.receiver_count()
    }
}
