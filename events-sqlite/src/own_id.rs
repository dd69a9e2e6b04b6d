//! Documents without their own ids: a segment knows the id of an event from its place.
//!
//! The ids of an operation are what compresses worst in its two documents, and stand there up to five times.

use events_core::{Bytes, EventId};
use memchr::{memchr_iter, memchr2, memchr3};

/// In front of a document that is stored as it is.
const AS_IT_IS: u8 = 0;
/// In the place of the id of the opening: the id with its last bit clear.
const OPENING: u8 = 1;
/// In the place of the id of the closing.
const CLOSING: u8 = 2;

/// The first byte that no JSON has and that stands for nothing here.
pub(crate) const FIRST_FREE: u8 = 3;

/// Where an id has its slash: `event/…`.
const SLASH: usize = 5;

/// Appends a document without the ids of its operation.
pub(crate) fn strip(document: &[u8], id: EventId, out: &mut Vec<u8>) {
    // No JSON has such bytes.
    if memchr3(AS_IT_IS, OPENING, CLOSING, document).is_some() {
        out.push(AS_IT_IS);
        out.extend_from_slice(document);
        return;
    }
    let (opening, closing) = (id.opening().write(), id.closing().write());
    let mut copied = 0;
    for slash in memchr_iter(b'/', document) {
        let Some(start) = slash.checked_sub(SLASH).filter(|start| *start >= copied) else { continue };
        let token = match document[start..].get(..opening.len()) {
            Some(text) if text == opening => OPENING,
            Some(text) if text == closing => CLOSING,
            _ => continue,
        };
        out.extend_from_slice(&document[copied..start]);
        out.push(token);
        copied = start + opening.len();
    }
    out.extend_from_slice(&document[copied..]);
}

/// The document of which [`strip`] made `stored`.
pub(crate) fn restore(stored: &[u8], id: EventId) -> Bytes {
    if let Some((&AS_IT_IS, document)) = stored.split_first() {
        return Bytes::copy_from_slice(document);
    }
    let (opening, closing) = (id.opening().write(), id.closing().write());
    let mut document = Vec::with_capacity(stored.len() + 4 * opening.len());
    let mut rest = stored;
    while let Some(at) = memchr2(OPENING, CLOSING, rest) {
        document.extend_from_slice(&rest[..at]);
        document.extend_from_slice(if rest[at] == CLOSING { &closing } else { &opening });
        rest = &rest[at + 1..];
    }
    document.extend_from_slice(rest);
    document.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored(document: &[u8], id: EventId) -> Vec<u8> {
        let mut out = Vec::new();
        strip(document, id, &mut out);
        out
    }

    proptest! {
        #[test]
        fn every_document_is_restored(
            id: u128,
            parts in proptest::collection::vec(prop_oneof![Just(None), any::<bool>().prop_map(|closing| Some(Ok(closing))), any::<Vec<u8>>().prop_map(|bytes| Some(Err(bytes)))], 0..8),
        ) {
            let id = EventId::from_u128(id);
            let mut document = Vec::new();
            for part in parts {
                match part {
                    None => document.extend_from_slice(b"event/0192f3a4-"),
                    Some(Ok(true)) => document.extend_from_slice(id.closing().to_string().as_bytes()),
                    Some(Ok(false)) => document.extend_from_slice(id.opening().to_string().as_bytes()),
                    Some(Err(bytes)) => document.extend_from_slice(&bytes),
                }
            }
            prop_assert_eq!(&*restore(&stored(&document, id), id), document.as_slice());
        }
    }

    #[test]
    fn the_ids_of_the_operation_are_left_out() {
        let id: EventId = "event/0192f3a4-5b6c-7d8e-9f01-23456789abcf".parse().unwrap();
        let document = format!(r#"{{"id":"{id}","href":"a/b","parent":"{0}","root":"{0}"}}"#, id.opening());
        assert_eq!(
            stored(document.as_bytes(), id),
            b"{\"id\":\"\x02\",\"href\":\"a/b\",\"parent\":\"\x01\",\"root\":\"\x01\"}"
        );
    }
}
