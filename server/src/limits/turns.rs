//! Locks by number: at most one holder per number at a time.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;

/// The numbers that are locked now.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<HashSet<i64>>>);

/// A lock, which is released when it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    of: i64,
}

impl Turns {
    /// Takes the lock of this number; `None` if it is held already.
    #[must_use]
    pub fn turn(&self, of: i64) -> Option<Turn> {
        self.0.lock().insert(of).then(|| Turn { turns: self.clone(), of })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.lock().remove(&self.of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_excludes_others_until_it_is_dropped() {
        let turns = Turns::default();
        let turn = turns.turn(1);
        assert!(turn.is_some() && turns.turn(1).is_none() && turns.turn(2).is_some());
        drop(turn);
        assert!(turns.turn(1).is_some());
    }
}
