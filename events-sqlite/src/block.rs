//! A block of documents, before it is packed and after it is unpacked.
//!
//! Most have a zero and then the documents, each with a byte behind it that no JSON has. Where a document has
//! such bytes itself there are their number, their lengths, and the documents.

use events_core::{Bytes, EventId};
use memchr::{memchr, memchr_iter};

use crate::{
    codec::{Decoder, Malformed, Put},
    own_id,
};

/// Documents a block: 32 would take six percent more space, 128 twice the time to read one of them (measured).
pub(crate) const BLOCK_DOCUMENTS: usize = 64;

/// In front of documents that end with [`END`]; a number of documents is never zero.
const WITH_ENDS: u8 = 0;
/// Behind a document.
const END: u8 = own_id::FIRST_FREE;

/// Puts documents together.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

impl BlockBuilder {
    pub(crate) fn documents(&self) -> usize {
        self.lengths.len()
    }

    /// Of the documents so far.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Adds what `add` appends.
    pub(crate) fn add(&mut self, add: impl FnOnce(&mut Vec<u8>)) {
        let before = self.bytes.len();
        add(&mut self.bytes);
        self.lengths.push(self.bytes.len() - before);
    }

    /// The block; the next begins.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let mut block = Vec::with_capacity(self.bytes.len() + 2 * self.lengths.len() + 2);
        if memchr(END, &self.bytes).is_none() {
            block.push(WITH_ENDS);
            let mut rest = self.bytes.as_slice();
            for length in &self.lengths {
                let (document, others) = rest.split_at(*length);
                block.extend_from_slice(document);
                block.push(END);
                rest = others;
            }
        } else {
            block.put_varint(self.lengths.len() as u64);
            self.lengths.iter().for_each(|length| block.put_varint(*length as u64));
            block.extend_from_slice(&self.bytes);
        }
        self.bytes.clear();
        self.lengths.clear();
        block
    }
}

/// An unpacked block.
#[derive(Debug)]
pub(crate) struct Block {
    bytes: Vec<u8>,
    /// Where each document begins and ends.
    documents: Vec<(usize, usize)>,
}

impl Block {
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let mut documents = Vec::with_capacity(BLOCK_DOCUMENTS);
        let mut begin = 1;
        if bytes.first() == Some(&WITH_ENDS) {
            for end in memchr_iter(END, &bytes) {
                documents.push((begin, end));
                begin = end + 1;
            }
        } else {
            let mut decoder = Decoder::new(&bytes);
            let lengths: Result<Vec<usize>, Malformed> = (0..decoder.length()?).map(|_| decoder.length()).collect();
            begin = bytes.len() - decoder.rest();
            for length in lengths? {
                let end = begin.saturating_add(length);
                documents.push((begin, end));
                begin = end;
            }
        }
        if begin != bytes.len() {
            return Err(Malformed("a block of documents has a wrong length"));
        }
        Ok(Self { bytes, documents })
    }

    /// How many documents.
    pub(crate) fn documents(&self) -> usize {
        self.documents.len()
    }

    /// The document of the event with this id.
    pub(crate) fn document(&self, index: usize, id: EventId) -> Option<Bytes> {
        self.stored(index).map(|stored| own_id::restore(stored, id))
    }

    /// A document as it is stored.
    pub(crate) fn stored(&self, index: usize) -> Option<&[u8]> {
        let (begin, end) = *self.documents.get(index)?;
        self.bytes.get(begin..end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn documents_read_back(
            documents in proptest::collection::vec(prop_oneof!["[a-z{}\\x01\\x02]{0,20}".prop_map(String::into_bytes), any::<Vec<u8>>()], 1..10),
            plain: bool,
        ) {
            let documents: Vec<Vec<u8>> =
                documents.into_iter().filter(|document| !plain || !document.contains(&END)).collect();
            let mut builder = BlockBuilder::default();
            documents.iter().for_each(|document| builder.add(|bytes| bytes.extend_from_slice(document)));
            prop_assert_eq!(builder.documents(), documents.len());
            let bytes = builder.finish();
            let block = Block::new(bytes).unwrap();
            prop_assert_eq!(builder.documents(), 0);
            let read: Vec<&[u8]> = (0..block.documents()).filter_map(|index| block.stored(index)).collect();
            prop_assert_eq!(read, documents);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            if let Ok(block) = Block::new(bytes) {
                (0..=block.documents()).for_each(|index| assert!(index < block.documents() || block.stored(index).is_none()));
            }
        }
    }
}
