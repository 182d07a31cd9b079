//! Limits on connections, in total and per address, so that one client cannot use up all of them. Behind a trusted
//! proxy all connections come from the proxy, so requests in flight are also limited by the client's address.

use std::{
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use ipnet::IpNet;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    config::is_in,
    http::{descriptors, rate_limits::network},
};

/// An address other than a trusted proxy's may use at most 1 / `SHARE` of all connections.
const SHARE: usize = 4;

/// The number of requests in flight that every address may have, however many others have.
const FEW: usize = 8;

type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Limits connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connections {
    room: Arc<Semaphore>,
    of_address: usize,
    open: Counts,
}

/// The slot of a connection. Dropping it releases the slot.
#[derive(Debug)]
pub struct Open {
    _permit: OwnedSemaphorePermit,
    peer: Option<(Counts, IpAddr)>,
}

impl Connections {
    /// Allows `most` connections, or fewer if the limit on open files is too low.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self::of(descriptors::room(most))
    }

    fn of(all: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(all)), of_address: (all / SHARE).max(1), open: Arc::default() }
    }

    /// Waits for a free slot.
    pub async fn room(&self) -> Option<OwnedSemaphorePermit> {
        self.room.clone().acquire_owned().await.ok()
    }

    /// Takes a slot for a connection from this address. Returns `None` if the address has too many. Trusted proxies and
    /// this machine serve many clients, so they have no limit of their own.
    #[must_use]
    pub fn open(&self, permit: OwnedSemaphorePermit, peer: IpAddr, trusted: &[IpNet]) -> Option<Open> {
        let peer = peer.to_canonical();
        if peer.is_loopback() || is_in(trusted, peer) {
            return Some(Open { _permit: permit, peer: None });
        }
        let peer = network(peer);
        let mut open = self.open.lock();
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
            release(open, peer);
        }
    }
}

/// Limits requests in flight by the client's address, over all connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Requests {
    all: usize,
    in_flight: Counts,
}

/// The slot of a request in flight. Dropping it releases the slot.
#[derive(Debug)]
pub(crate) struct InFlight(Counts, IpAddr);

impl Requests {
    /// Allows for `most` connections, or fewer if the limit on open files is too low.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { all: descriptors::room(most), in_flight: Counts::default() }
    }

    /// Takes a slot for a request of a client at this address. The request is refused if the client has a quarter of
    /// all slots, or [`FEW`] once three quarters of the slots are taken. Returns `Ok(None)` for trusted proxies and
    /// this machine, which are not counted.
    pub(crate) fn begin(&self, client: IpAddr, trusted: &[IpNet]) -> Result<Option<InFlight>, TooMany> {
        let client = client.to_canonical();
        if client.is_loopback() || is_in(trusted, client) {
            return Ok(None);
        }
        let client = network(client);
        let mut in_flight = self.in_flight.lock();
        let total: usize = in_flight.values().sum();
        let count = in_flight.entry(client).or_default();
        if *count >= (self.all / SHARE).max(1) || total >= self.all - self.all / SHARE && *count >= FEW {
            return Err(TooMany);
        }
        *count += 1;
        Ok(Some(InFlight(self.in_flight.clone(), client)))
    }
}

#[derive(Debug)]
pub(crate) struct TooMany;

impl Drop for InFlight {
    fn drop(&mut self) {
        release(&self.0, &self.1);
    }
}

fn release(counts: &Counts, address: &IpAddr) {
    let mut counts = counts.lock();
    if let Some(count) = counts.get_mut(address) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(address);
        }
    }
}

/// A response body that holds the slot of its request until it is sent completely.
pub(crate) struct Counted {
    body: Body,
    _place: InFlight,
}

impl Counted {
    pub(crate) fn new(body: Body, place: InFlight) -> Self {
        Self { body, _place: place }
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_cannot_use_all_request_slots_and_each_client_gets_a_few() {
        let requests = Requests { all: 64, in_flight: Counts::default() };
        let proxy = [crate::config::network("10.0.0.0/8").unwrap()];
        let of = |number: u8| IpAddr::from([192, 0, 2, number]);
        let take = |client| requests.begin(client, &proxy).ok().flatten();
        let mut held: Vec<InFlight> = (0..).map_while(|_| take(of(1))).collect();
        assert_eq!(held.len(), 16);
        held.extend((0..).map_while(|_| take(of(2))).take(100));
        held.extend((0..).map_while(|_| take(of(3))).take(100));
        assert_eq!(held.len(), 48);
        // Three quarters of the slots are taken, so each further client gets only a few.
        assert_eq!((0..).map_while(|_| take(of(4))).map(|place| held.push(place)).count(), FEW);
        assert!(take(of(5)).is_some(), "given back at once");
        for many in [IpAddr::from([10, 0, 0, 1]), IpAddr::from([127, 0, 0, 1])] {
            assert!((0..100).all(|_| matches!(requests.begin(many, &proxy), Ok(None))), "{many}");
        }
        drop(held);
        assert!(requests.in_flight.lock().is_empty());
    }

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
        let trusted = [crate::config::network("192.0.2.0/24").unwrap()];
        assert!(connections.open(connections.room().await.unwrap(), one, &trusted).is_some());
        held.pop();
        assert!(connections.open(connections.room().await.unwrap(), one, &[]).is_some());
        drop(held);
        assert!(connections.open.lock().is_empty());
    }
}
