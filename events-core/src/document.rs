//! Where documents are kept: one beside the other, in chunks that their thread fills.
//!
//! A document is made on one thread and given up on another, the journal's. Memory of its own would be taken and given
//! back through the allocator's slow way each time; of a chunk, only the first takes and the last gives back any. The
//! idea is that of `bytes::BytesMut::split`.

use std::cell::Cell;

use bytes::{Bytes, BytesMut};

/// Bytes of the first chunk of a thread, and most of a later one: each is twice as large as the one before. A thread that
/// writes few documents keeps little.
const FIRST_CHUNK: usize = 8 * 1_024;
const MAX_CHUNK: usize = 32 * 1_024;

/// Documents beyond this have memory of their own, in bytes: little of a chunk stays unused.
const MAX_SHARED: usize = 4 * 1_024;

const _: () = assert!(MAX_SHARED <= FIRST_CHUNK);

thread_local! {
    static CHUNK: Cell<Option<Chunk>> = const { Cell::new(None) };
}

struct Chunk {
    size: usize,
    /// What no document has yet.
    unused: BytesMut,
}

impl Chunk {
    fn new(size: usize) -> Self {
        Self { size, unused: BytesMut::with_capacity(size) }
    }

    /// This one, if so much is left in it, or the next.
    fn with_room_for(self, len: usize) -> Self {
        if self.unused.capacity() >= len { self } else { Self::new(MAX_CHUNK.min(2 * self.size)) }
    }
}

/// A document for as long as it is on its way: beside others, which all stay until the last is given up.
pub(crate) fn passing(written: &[u8]) -> Bytes {
    if written.len() > MAX_SHARED {
        return lasting(written);
    }
    CHUNK
        .try_with(|kept| {
            let chunk = kept.take().unwrap_or_else(|| Chunk::new(FIRST_CHUNK));
            let mut chunk = chunk.with_room_for(written.len());
            chunk.unused.extend_from_slice(written);
            let document = chunk.unused.split().freeze();
            kept.set(Some(chunk));
            document
        })
        // A thread that is ending.
        .unwrap_or_else(|_| lasting(written))
}

/// The document is kept for longer: until a store that fails takes it. Nothing stays because of it then.
pub(crate) fn keep(document: &mut Bytes) {
    if !document.is_unique() {
        *document = lasting(&**document);
    }
}

/// A document that may be kept for long: nothing stays because of it.
pub(crate) fn lasting(written: impl Into<Box<[u8]>>) -> Bytes {
    // A vector would keep what it reserved.
    Bytes::from(written.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_as_it_was_written_however_many_are_kept_beside_it() {
        let lengths = [0, 1, 1_047, MAX_SHARED, MAX_SHARED + 1, MAX_CHUNK, 3 * MAX_CHUNK];
        let written: Vec<Vec<u8>> =
            (0u8..=255).zip(lengths.iter().cycle()).map(|(byte, len)| vec![byte; *len]).collect();
        let kept: Vec<Bytes> = written.iter().map(|document| passing(document)).collect();
        assert_eq!(kept, written);
    }

    #[test]
    fn one_that_is_kept_holds_no_other() {
        let [mut kept, beside] = [passing(b"kept"), passing(b"beside")];
        keep(&mut kept);
        assert!(kept.is_unique() && !beside.is_unique());
        assert_eq!([kept, beside], [&b"kept"[..], b"beside"]);
    }

    #[test]
    fn they_stay_when_their_thread_has_ended() {
        let kept = std::thread::spawn(|| [passing(b"first"), passing(b"second")]).join().unwrap();
        assert_eq!(kept, [&b"first"[..], b"second"]);
    }
}
