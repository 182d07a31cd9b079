//! Distributes the worker's free places among the senders (bots) with due deliveries. Each sender gets a turn before
//! any sender gets a second one.

use std::{collections::VecDeque, time::Duration};

use crate::store::SenderKey;

/// The distribution of free places.
#[derive(Debug)]
pub(super) struct Round {
    /// Senders that have not had their turn in this pass yet.
    senders: VecDeque<SenderKey>,
    /// Senders that have had their turn and may get another.
    again: VecDeque<SenderKey>,
    room: usize,
    /// The number of places for each sender in this pass: an equal share of those that were free when the pass began.
    share: usize,
    /// The time until more deliveries may be due.
    pub(super) pause: Duration,
}

impl Round {
    /// Starts a round through these senders, in this order, with `room` free places.
    pub(super) fn new((senders, pause): (Vec<SenderKey>, Duration), room: usize) -> Self {
        Self { senders: VecDeque::new(), again: senders.into(), room, share: 0, pause }
    }

    /// Returns the next sender and the maximum number of deliveries it may claim.
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

    /// Records that a sender has claimed `count` deliveries. The sender gets another turn unless it has no more due
    /// deliveries or could not claim any.
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

    /// Returns how much of `room` each sender gets, given the number of deliveries that it has waiting.
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
    fn a_sender_with_many_deliveries_takes_no_room_from_senders_with_few() {
        assert_eq!(shares(&[1000, 2, 2], 32), [28, 2, 2]);
        assert_eq!(shares(&[1000, 1000], 32), [16, 16]);
        assert_eq!(shares(&[3, 3, 3], 100), [3, 3, 3]);
        assert_eq!(shares(&[1000; 64], 32), [[1; 32], [0; 32]].concat());
        assert_eq!(shares(&[], 32), [0; 0]);
        assert_eq!(shares(&[5], 0), [0]);
    }
}
