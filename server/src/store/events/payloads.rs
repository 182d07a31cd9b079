//! Bodies of events, compressed, in a table of their own.

use std::cell::RefCell;

use crate::store::{Events, StoreError};
use sha2::{Digest as _, Sha256};

/// Shorter bodies are stored uncompressed.
const WORTH_PACKING: usize = 256;
/// The maximum length of a body in bytes. A stored length above it is corrupt.
const LONGEST: usize = 256 * 1024 * 1024;
const IDENTITY: &str = "identity";
const LZ4: &str = "lz4";

/// The set of requests within which equal ones are duplicates.
#[derive(Clone, Copy, Debug)]
pub enum DuplicateScope {
    /// The requests to the profile with this id.
    Profile(i64),
    /// The requests to the stateless endpoint with a token of the bot with this id.
    Bot(i64),
}

/// The hash by which duplicates are found. It covers the scope, the canonical parameters, which include the contact
/// field, and the body.
#[must_use]
pub fn fingerprint(scope: DuplicateScope, parameters: &str, payload: &Packed) -> Vec<u8> {
    let scope = match scope {
        DuplicateScope::Profile(id) => format!("profile {id}"),
        DuplicateScope::Bot(id) => format!("bot {id}"),
    };
    let mut hash = Sha256::new();
    for piece in [scope.as_bytes(), parameters.as_bytes()] {
        // Without the lengths, other values could have the same concatenation.
        hash.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(piece);
    }
    payload.hash_into(&mut hash);
    hash.finalize().to_vec()
}

thread_local! {
    /// The buffer for compression. It is reused because it must have room for the worst case, most of which stays
    /// unused.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The size in bytes up to which a thread keeps the buffer for the next body.
const ROOM_KEPT: usize = 256 * 1024;

/// A body in its stored form.
#[derive(Clone, Debug)]
pub struct Packed {
    pub(in crate::store) encoding: &'static str,
    pub(in crate::store) body: Vec<u8>,
}

impl Packed {
    /// Compresses a body. Of the methods measured with bookings, LZ4 has the shortest time until the response,
    /// including the time it saves in writing.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let packed = u32::try_from(body.len()).ok().filter(|_| body.len() >= WORTH_PACKING);
        let packed = packed.and_then(|length| ROOM.with_borrow_mut(|room| pack(body, length, room)));
        match packed {
            Some(body) => Self { encoding: LZ4, body },
            None => Self { encoding: IDENTITY, body: body.to_vec() },
        }
    }

    /// Adds the stored form to a hash. It identifies the body as well as the body itself, and is much shorter.
    fn hash_into(&self, hash: &mut Sha256) {
        for piece in [self.encoding.as_bytes(), &self.body] {
            // The lengths separate the values unambiguously.
            hash.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(piece);
        }
    }
}

fn pack(body: &[u8], length: u32, room: &mut Vec<u8>) -> Option<Vec<u8>> {
    let most = lz4_flex::block::get_maximum_output_size(body.len());
    if room.len() < most {
        room.resize(most, 0);
    }
    let written = lz4_flex::block::compress_into(body, room).ok()?;
    let packed = room.get(..written).filter(|block| block.len() + 4 < body.len());
    let packed = packed.map(|block| [&length.to_le_bytes()[..], block].concat());
    if room.len() > ROOM_KEPT {
        room.clear();
        room.shrink_to_fit();
    }
    packed
}

pub(in crate::store) fn unpack(encoding: &str, body: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    match encoding {
        IDENTITY => Ok(body),
        LZ4 => match lz4_flex::block::uncompressed_size(&body) {
            Ok((length, block)) if length <= LONGEST => {
                lz4_flex::block::decompress(block, length).map_err(|_| StoreError::corrupt("payloads.body"))
            }
            _ => Err(StoreError::corrupt("payloads.body")),
        },
        _ => Err(StoreError::corrupt("payloads.encoding")),
    }
}

impl Events {
    /// The body of an event as it was received; for a duplicate, that of the first copy. `None` if it was not stored or
    /// was deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] if the stored body cannot be read.
    pub async fn payload(&self, event_id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let row: Option<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT p.encoding, p.body FROM events e JOIN payloads p ON p.event_id = coalesce(e.duplicate_of, e.id)
             WHERE e.id = ?1",
        )
        .bind(event_id)
        .fetch_optional(&self.read)
        .await?;
        row.map(|(encoding, body)| unpack(&encoding, body)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(body: &[u8]) -> (&'static str, usize, Vec<u8>) {
        let Packed { encoding, body } = Packed::of(body);
        let length = body.len();
        (encoding, length, unpack(encoding, body).unwrap())
    }

    #[test]
    fn a_packed_payload_is_unpacked_unchanged() {
        let booking = r#"{"CaseParticipants":[{"Name":"Анна"}]}"#.repeat(500);
        let (encoding, length, back) = packed(booking.as_bytes());
        assert_eq!((encoding, back.as_slice()), (LZ4, booking.as_bytes()));
        assert!(length < booking.len() / 10, "{length}");
        for short in [&b""[..], b"{}", &[7; WORTH_PACKING - 1]] {
            assert_eq!(packed(short), (IDENTITY, short.len(), short.to_vec()));
        }
        let noise: Vec<u8> = (0u32..4096).map(|n| (n.wrapping_mul(2_654_435_761) >> 24).try_into().unwrap()).collect();
        assert_eq!(packed(&noise).2, noise);
    }

    #[test]
    fn an_invalid_packed_payload_is_reported_as_corrupt() {
        for (encoding, body) in [
            ("zip", &b"x"[..]),
            (LZ4, b""),
            (LZ4, b"\x05\x00\x00\x00"),
            (LZ4, b"\xff\xff\xff\xff\x00"),
            (LZ4, b"\x10\x00\x00\x00\xf0\xff\xff\xff\xff"),
        ] {
            assert!(matches!(unpack(encoding, body.to_vec()), Err(StoreError::Corrupt(_))), "{encoding} {body:?}");
        }
    }
}
