//! A byte budget that bounds the memory of concurrent requests.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

const UNIT: usize = 1024;

#[derive(Clone, Debug)]
pub(crate) struct Memory {
    free: Arc<Semaphore>,
    units: u32,
    wait: Duration,
}

impl Memory {
    /// Creates a budget of `bytes`. A request waits at most `wait` for its share.
    pub(crate) fn of(bytes: usize, wait: Duration) -> Self {
        let units = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX);
        let free = Semaphore::new(usize::try_from(units).unwrap_or(Semaphore::MAX_PERMITS));
        Self { free: Arc::new(free), units, wait }
    }

    /// Takes `bytes` until the permit is dropped. Returns `None` if they are not free in time. A request for more than
    /// the whole budget takes the whole budget.
    pub(crate) async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.acquire(self.units(bytes)).await
    }

    async fn acquire(&self, units: u32) -> Option<OwnedSemaphorePermit> {
        if let Ok(taken) = self.free.clone().try_acquire_many_owned(units) {
            return Some(taken);
        }
        timeout(self.wait, self.free.clone().acquire_many_owned(units)).await.ok()?.ok()
    }

    pub(crate) fn share(&self) -> Share {
        Share { memory: self.clone(), taken: None }
    }

    fn units(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units)
    }
}

/// A growing part of the budget. Dropping it returns the memory.
#[derive(Debug)]
pub(crate) struct Share {
    memory: Memory,
    taken: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Grows the share to `bytes` in total. Returns false if they were not free in time.
    pub(crate) async fn grow(&mut self, bytes: usize) -> bool {
        let taken = self.taken.as_ref().map_or(0, |taken| u32::try_from(taken.num_permits()).unwrap_or(u32::MAX));
        let more = self.memory.units(bytes).saturating_sub(taken);
        if more == 0 {
            return true;
        }
        let Some(more) = self.memory.acquire(more).await else { return false };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_handed_out_up_to_the_budget_and_reused_when_it_is_dropped() {
        let memory = Memory::of(8 * UNIT, Duration::ZERO);
        let first = memory.take(5 * UNIT).await.unwrap();
        assert!(memory.take(3 * UNIT + 1).await.is_none());
        let second = memory.take(3 * UNIT).await.unwrap();
        assert!(memory.take(1).await.is_none());
        drop((first, second));
        let all = memory.take(usize::MAX).await.unwrap();
        assert!(memory.take(1).await.is_none());
        drop(all);
        assert!(memory.take(8 * UNIT).await.is_some());
    }

    #[tokio::test]
    async fn a_share_grows_only_within_the_budget() {
        let memory = Memory::of(8 * UNIT, Duration::ZERO);
        let (mut one, mut other) = (memory.share(), memory.share());
        assert!(one.grow(1).await && one.grow(5 * UNIT).await);
        assert!(other.grow(3 * UNIT).await && !other.grow(4 * UNIT).await);
        drop(one);
        assert!(other.grow(4 * UNIT).await);
        assert!(memory.take(4 * UNIT).await.is_some());
    }
}
