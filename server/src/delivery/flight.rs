//! The deliveries that this process is sending now. They are not claimed again, even if their lease has expired.

use std::{collections::HashSet, sync::Arc};

use parking_lot::{Mutex, MutexGuard};

#[derive(Clone, Debug, Default)]
pub(super) struct InFlight(Arc<Mutex<HashSet<i64>>>);

/// Keeps one delivery marked as in flight until it is dropped.
#[derive(Debug)]
pub(super) struct Flight {
    all: InFlight,
    id: i64,
}

impl InFlight {
    pub(super) fn enter(&self, id: i64) -> Flight {
        self.set().insert(id);
        Flight { all: self.clone(), id }
    }

    pub(super) fn ids(&self) -> Vec<i64> {
        self.set().iter().copied().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.set().len()
    }

    fn set(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock()
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.all.set().remove(&self.id);
    }
}
