//! A round through the bots that have something due: each has its turn before any has a second one.

use std::{collections::VecDeque, time::Duration};

use crate::store::Lane;

/// A round that is under way.
#[derive(Debug)]
pub(super) struct Round {
    /// Who has not had a turn yet.
    lanes: VecDeque<Lane>,
    /// Who has had one, and may have another.
    again: VecDeque<Lane>,
    room: usize,
    /// What each may have in its turn: what there was room for, shared out evenly.
    share: usize,
    /// How long it is until there may be more to do.
    pub(super) pause: Duration,
}

impl Round {
    /// Through these lanes, in this order, until there is no more room.
    pub(super) fn new((lanes, pause): (Vec<Lane>, Duration), room: usize) -> Self {
        Self { lanes: VecDeque::new(), again: lanes.into(), room, share: 0, pause }
    }

    /// Whose turn it is, and how many it may have.
    pub(super) fn next(&mut self) -> Option<(Lane, usize)> {
        if self.lanes.is_empty() {
            std::mem::swap(&mut self.lanes, &mut self.again);
            self.share = self.room.div_ceil(self.lanes.len().max(1));
        }
        if self.room == 0 {
            return None;
        }
        Some((self.lanes.pop_front()?, self.share.min(self.room)))
    }

    /// How many it has had, and whether that was all: if not, and it could have any, it has another turn.
    pub(super) fn took(&mut self, lane: Lane, count: usize, was_all: bool) {
        self.room = self.room.saturating_sub(count);
        if !was_all && count > 0 {
            self.again.push_back(lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// What each lane gets of `room`, by what it has waiting.
    fn shares(waiting: &[usize], room: usize) -> Vec<usize> {
        let lane = |number: usize| Lane::of_bytes([u8::try_from(number).unwrap()]);
        let mut left: HashMap<Lane, usize> =
            waiting.iter().enumerate().map(|(number, count)| (lane(number), *count)).collect();
        let lanes = (0..waiting.len()).map(lane).collect();
        let mut round = Round::new((lanes, Duration::ZERO), room);
        while let Some((lane, share)) = round.next() {
            let has = left[&lane];
            let count = has.min(share);
            left.insert(lane.clone(), has - count);
            round.took(lane, count, has < share);
        }
        (0..waiting.len()).map(|number| waiting[number] - left[&lane(number)]).collect()
    }

    #[test]
    fn who_has_much_takes_nothing_from_who_has_little() {
        assert_eq!(shares(&[1000, 2, 2], 32), [28, 2, 2]);
        assert_eq!(shares(&[1000, 1000], 32), [16, 16]);
        assert_eq!(shares(&[3, 3, 3], 100), [3, 3, 3]);
        assert_eq!(shares(&[1000; 64], 32), [[1; 32], [0; 32]].concat());
        assert_eq!(shares(&[], 32), [0; 0]);
        assert_eq!(shares(&[5], 0), [0]);
    }
}
