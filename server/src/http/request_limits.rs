//! Limits on the size of a request's body and on the time in which it must arrive.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use tokio::time::{Instant, timeout_at};
use tokio_stream::StreamExt as _;

use crate::limits::memory::Share;

/// The maximum size of a request's head in bytes. The HTTP library answers 431 without a body if it is exceeded.
pub(crate) const LONGEST_HEAD: usize = 64 * 1024;
/// The number of bytes of a rejected body that are read and discarded, so that the client reads the response.
const MOST_DISCARDED: usize = 16 << 20;
/// The longest gap between two chunks of such a body.
const PAUSE: Duration = Duration::from_secs(1);

/// Reads the whole body of a form.
///
/// # Errors
///
/// 413 if the body is longer than `longest`, 408 if it does not arrive within `time`, 400 if it ends early.
pub(crate) async fn whole(
    headers: &HeaderMap,
    body: Body,
    longest: usize,
    time: Duration,
) -> Result<Bytes, (StatusCode, &'static str)> {
    let mut body = Arriving::new(headers, body, time);
    let read = body.read(longest, None).await;
    body.discard().await;
    read.map_err(|unread| match unread {
        Unread::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "too much is being sent at once\n"),
        Unread::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "too much for a form\n"),
        Unread::Broken => (StatusCode::BAD_REQUEST, "the form did not arrive whole\n"),
        Unread::Late => (StatusCode::REQUEST_TIMEOUT, "the form did not arrive in time\n"),
    })
}

#[derive(Debug)]
pub(crate) struct Arriving {
    pieces: BodyDataStream,
    length: Option<usize>,
    /// Whether the client waits for `100 Continue` before it sends the body.
    is_held: bool,
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLong,
    /// The connection ended before the body did.
    Broken,
    Late,
    /// The memory budget for bodies had no room in time.
    NoRoom,
}

impl Arriving {
    pub(crate) fn new(headers: &HeaderMap, body: Body, time: Duration) -> Self {
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Self {
            pieces: body.into_data_stream(),
            length,
            is_held: headers.contains_key(header::EXPECT),
            until: Instant::now() + time,
        }
    }

    /// Reads the whole body. `share` grows with the bytes received, so a large `Content-Length` alone reserves no
    /// memory.
    pub(crate) async fn read(&mut self, longest: usize, mut share: Option<&mut Share>) -> Result<Bytes, Unread> {
        if self.length.is_some_and(|length| length > longest) {
            return Err(Unread::TooLong);
        }
        let mut whole: Vec<u8> = Vec::new();
        loop {
            let piece = match timeout_at(self.until, self.pieces.next()).await {
                Err(_) => return Err(Unread::Late),
                Ok(None) => return Ok(whole.into()),
                Ok(Some(piece)) => piece.map_err(|_| Unread::Broken)?,
            };
            self.is_held = false;
            if piece.len() > longest - whole.len() {
                return Err(Unread::TooLong);
            }
            if let Some(share) = &mut share
                && !share.grow(whole.len() + piece.len()).await
            {
                return Err(Unread::NoRoom);
            }
            // A body that came in one piece is not copied.
            if self.length == Some(piece.len()) {
                return Ok(piece);
            }
            whole.reserve(self.length.map_or(0, |length| length.saturating_sub(whole.len())));
            whole.extend_from_slice(&piece);
        }
    }

    /// Reads and discards the rest of the body. Closing the connection while the client is still sending would reset
    /// it, and the client would lose the response. Stops after a gap of one second, at the deadline, or after 16 MiB.
    pub(crate) async fn discard(&mut self) {
        let mut left = MOST_DISCARDED;
        while !self.is_held && left > 0 {
            let patience = self.until.min(Instant::now() + PAUSE);
            match timeout_at(patience, self.pieces.next()).await {
                Ok(Some(Ok(piece))) => left = left.saturating_sub(piece.len()),
                Ok(Some(Err(_)) | None) | Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Patience;
    use crate::limits::memory::Memory;

    #[tokio::test]
    async fn a_body_that_is_slow_or_too_long_or_broken_is_refused_with_its_status() {
        let time = Patience::default().body;
        let never = Body::from_stream(tokio_stream::pending::<Result<Bytes, std::io::Error>>());
        let whole = async |body, longest, time| super::whole(&HeaderMap::new(), body, longest, time).await;
        let status = |read: Result<Bytes, (StatusCode, _)>| read.unwrap_err().0;
        assert_eq!(status(whole(never, 9, Duration::from_millis(1)).await), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status(whole(Body::from("0123456789"), 9, time).await), StatusCode::PAYLOAD_TOO_LARGE);
        let broken = Body::from_stream(tokio_stream::once(Err::<Bytes, _>(std::io::Error::other("gone"))));
        assert_eq!(status(whole(broken, 9, time).await), StatusCode::BAD_REQUEST);
        assert_eq!(whole(Body::from("a=b"), 9, time).await.unwrap(), "a=b");
    }

    #[tokio::test]
    async fn bodies_being_read_stay_within_the_memory_budget() {
        let memory = Memory::of(64 * 1024, Duration::ZERO);
        let time = Patience::default().body;
        let mut slow = Vec::new();
        for _ in 0..2 {
            let (memory, (arrived, wait)) = (memory.clone(), tokio::sync::oneshot::channel::<()>());
            let half = tokio_stream::once(Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 30 * 1024])));
            let never = tokio_stream::once(()).chain(tokio_stream::pending()).filter_map({
                let mut arrived = Some(arrived);
                // The second piece is requested, so the first one has been counted against the budget.
                move |()| arrived.take().and_then(|arrived| arrived.send(()).err()).map(|()| Ok(Bytes::new()))
            });
            slow.push(tokio::spawn(async move {
                let mut share = memory.share();
                let body = Body::from_stream(half.chain(never));
                Arriving::new(&HeaderMap::new(), body, time).read(1 << 20, Some(&mut share)).await
            }));
            wait.await.unwrap();
        }
        let read = async |length: usize| {
            let mut share = memory.share();
            let body = Body::from(vec![b' '; length]);
            Arriving::new(&HeaderMap::new(), body, time).read(1 << 20, Some(&mut share)).await.map(|body| body.len())
        };
        assert_eq!(read(8 * 1024).await, Err(Unread::NoRoom));
        assert_eq!(read(2).await, Ok(2), "a small one finds room");
        for slow in slow {
            slow.abort();
            assert!(slow.await.unwrap_err().is_cancelled());
        }
        assert_eq!(read(60 * 1024).await, Ok(60 * 1024), "given back");
    }
}
