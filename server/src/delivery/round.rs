//! A round through the bots that have something due: each has its turn before any has a second one.

use std::{collections::VecDeque, time::Duration};

use crate::store::SenderKey;

/// A round that is under way.
#[derive(Debug)]
pub(super) struct Round {
    /// Who has not had a turn yet.
    senders: VecDeque<SenderKey>,
    /// Who has had one, and may have another.
    again: VecDeque<SenderKey>,
    room: usize,
    /// What each may have in its turn: what there was room for, shared out evenly.
    share: usize,
    /// How long it is until there may be more to do.
    pub(super) pause: Duration,
}

impl Round {
    /// Through these senders, in this order, until there is no more room.
    pub(super) fn new((senders, pause): (Vec<SenderKey>, Duration), room: usize) -> Self {
        Self { senders: VecDeque::new(), again: senders.into(), room, share: 0, pause }
    }

    /// Whose turn it is, and how many it may have.
    pub(super) fn next(&mut self) -> Option<(SenderKey, usize)> {
        if self.senders.is_empty() {
            std::mem::swap(&mut self.senders, &mut self.again);
            self.share = self.room.div_ceil(self.senders.len().max(1));
        }
        if self.room == 0 {
            return None;
        }
        Some((self.senders.pop_front()?, self.share.min(self.room)))
    }

    /// How many it has had, and whether that was all: if not, and it could have any, it has another turn.
    pub(super) fn took(&mut self, sender: SenderKey, count: usize, was_all: bool) {
        self.room = self.room.saturating_sub(count);
        if !was_all && count > 0 {
            self.again.push_back(sender);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// What each sender gets of `room`, by what it has waiting.
    fn shares(waiting: &[usize], room: usize) -> Vec<usize> {
        let sender = |number: usize| SenderKey::of_bytes([u8::try_from(number).unwrap()]);
        let mut left: HashMap<SenderKey, usize> =
            waiting.iter().enumerate().map(|(number, count)| (sender(number), *count)).collect();
        let senders = (0..waiting.len()).map(sender).collect();
        let mut round = Round::new((senders, Duration::ZERO), room);
        while let Some((sender, share)) = round.next() {
            let has = left[&sender];
            let count = has.min(share);
            left.insert(sender.clone(), has - count);
            round.took(sender, count, has < share);
        }
        (0..waiting.len()).map(|number| waiting[number] - left[&sender(number)]).collect()
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
