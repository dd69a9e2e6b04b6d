//! Where documents are kept: one beside the other, in chunks that their thread fills.
//!
//! A document is made on one thread and given up on another, the journal's. Memory of its own would be taken and given
//! back through the allocator's slow way each time; of a chunk, only the first takes and the last gives back any. The
//! idea is that of `bytes::BytesMut::split`.

use std::cell::Cell;

use bytes::{Bytes, BytesMut};

/// What a thread fills before it begins another, in bytes.
const CHUNK: usize = 32 * 1_024;

/// Documents beyond this have memory of their own, in bytes: little of a chunk stays unused.
const MAX_SHARED: usize = CHUNK / 8;

thread_local! {
    static UNUSED: Cell<Option<BytesMut>> = const { Cell::new(None) };
}

/// A document for as long as it is on its way: beside others, which all stay until the last is given up.
pub(crate) fn passing(written: &[u8]) -> Bytes {
    if written.len() > MAX_SHARED {
        return lasting(written);
    }
    UNUSED
        .try_with(|unused| {
            let has_room = |chunk: &BytesMut| chunk.capacity() >= written.len();
            let mut chunk = unused.take().filter(has_room).unwrap_or_else(|| BytesMut::with_capacity(CHUNK));
            chunk.extend_from_slice(written);
            let document = chunk.split().freeze();
            unused.set(Some(chunk));
            document
        })
        // A thread that is ending.
        .unwrap_or_else(|_| lasting(written))
}

/// A document that may be kept for long: nothing stays because of it.
pub(crate) fn lasting(written: &[u8]) -> Bytes {
    Bytes::copy_from_slice(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_as_it_was_written_however_many_are_kept_beside_it() {
        let lengths = [0, 1, 1_047, MAX_SHARED, MAX_SHARED + 1, CHUNK, 3 * CHUNK];
        let written: Vec<Vec<u8>> =
            (0u8..=255).zip(lengths.iter().cycle()).map(|(byte, len)| vec![byte; *len]).collect();
        let kept: Vec<Bytes> = written.iter().map(|document| passing(document)).collect();
        assert_eq!(kept, written);
    }

    #[test]
    fn they_stay_when_their_thread_has_ended() {
        let kept = std::thread::spawn(|| [passing(b"first"), passing(b"second")]).join().unwrap();
        assert_eq!(kept, [&b"first"[..], b"second"]);
    }
}
