//! How many connections there are at once: in all, and from one address, so that nobody can hold all of them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{config::Network, descriptors, limits::network, lock::lock};

/// At once; more wait to be accepted.
const ALL: usize = 4096;
/// Of these, from one address that is no trusted proxy's, one in so many.
const SHARE: usize = 4;

/// How many there are from each network.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Counts connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    room: Arc<Semaphore>,
    of_address: usize,
    open: Counts,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub struct Open {
    _permit: OwnedSemaphorePermit,
    peer: Option<(Counts, IpAddr)>,
}

impl Default for Connections {
    fn default() -> Self {
        Self::of(descriptors::room(ALL))
    }
}

impl Connections {
    /// So many at once.
    fn of(all: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(all)), of_address: (all / SHARE).max(1), open: Arc::default() }
    }

    /// Waits for room for one more.
    pub async fn room(&self) -> Option<OwnedSemaphorePermit> {
        self.room.clone().acquire_owned().await.ok()
    }

    /// A place for a connection from this address; `None` where it has too many. Trusted proxies and this machine itself
    /// stand for many.
    #[must_use]
    pub fn open(&self, permit: OwnedSemaphorePermit, peer: IpAddr, trusted: &[Network]) -> Option<Open> {
        let peer = peer.to_canonical();
        if peer.is_loopback() || Network::any(trusted, peer) {
            return Some(Open { _permit: permit, peer: None });
        }
        let peer = network(peer);
        let mut open = lock(&self.open);
        let count = open.entry(peer).or_default();
        if *count >= self.of_address {
            return None;
        }
        *count += 1;
        Some(Open { _permit: permit, peer: Some((self.open.clone(), peer)) })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some((open, peer)) = &self.peer {
            let mut open = lock(open);
            if let Some(count) = open.get_mut(peer) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    open.remove(peer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_cannot_hold_all_connections() {
        let connections = Connections::of(40);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut held = Vec::new();
        for _ in 0..10 {
            let permit = connections.room().await.unwrap();
            held.push(connections.open(permit, one, &[]).unwrap());
        }
        assert!(connections.open(connections.room().await.unwrap(), one, &[]).is_none());
        assert!(connections.open(connections.room().await.unwrap(), other, &[]).is_some());
        let trusted = [Network::parse("192.0.2.0/24").unwrap()];
        assert!(connections.open(connections.room().await.unwrap(), one, &trusted).is_some());
        held.pop();
        assert!(connections.open(connections.room().await.unwrap(), one, &[]).is_some());
        drop(held);
        assert!(connections.open.lock().unwrap().is_empty());
    }
}
