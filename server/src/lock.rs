//! Locks that a panic elsewhere does not close for ever: what they hold is whole after every step.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks it, whatever became of whoever held it before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
