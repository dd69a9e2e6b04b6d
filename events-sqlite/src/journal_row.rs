//! The events of one commit, as the bytes of a row of the journal.

use events_core::{EntryKind, EventId, ProcessId, Seq, Timestamp};

use crate::{
    checksum::checksum,
    codec::{Decoder, Malformed, Put},
};

/// An event in a row of the journal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'b> {
    pub(crate) id: EventId,
    pub(crate) kind: EntryKind,
    pub(crate) document: &'b [u8],
}

/// A row of the journal.
#[derive(Debug)]
pub(crate) struct JournalRow {
    pub(crate) first_seq: Seq,
    pub(crate) last_seq: Seq,
    pub(crate) bytes: Vec<u8>,
}

const DIRECT: u8 = 0;
const OPENING: u8 = 1;
const DEFERRED_OPENING: u8 = 2;
const CLOSING: u8 = 3;

/// Room for the checksum in front of a row.
const CHECKSUM: usize = 8;

/// Writes events as the bytes of a row into `out`.
pub(crate) fn encode_row<'f>(frames: impl Iterator<Item = Frame<'f>>, out: &mut Vec<u8>) {
    out.clear();
    out.put_u64(0);
    for frame in frames {
        out.put_u128(frame.id.as_u128());
        match frame.kind {
            // A note is no event, and never gets here.
            EntryKind::Direct | EntryKind::Note => out.push(DIRECT),
            EntryKind::Closing => out.push(CLOSING),
            EntryKind::Opening { process, deadline: None } => {
                out.push(OPENING);
                out.put_u64(process.as_u64());
            }
            EntryKind::Opening { process, deadline: Some(deadline) } => {
                out.push(DEFERRED_OPENING);
                out.put_u64(process.as_u64());
                out.put_signed(deadline.millis());
            }
        }
        out.put_bytes(frame.document);
    }
    let sum = checksum(&out[CHECKSUM..]);
    out[..CHECKSUM].copy_from_slice(&sum.to_le_bytes());
}

impl JournalRow {
    /// The events, in the order of their numbers.
    pub(crate) fn frames(&self) -> Result<Vec<Frame<'_>>, Malformed> {
        let mut decoder = Decoder::new(&self.bytes);
        let sum = decoder.u64()?;
        if sum != checksum(&self.bytes[CHECKSUM..]) {
            return Err(Malformed("its checksum is wrong"));
        }
        let mut frames = Vec::new();
        while !decoder.is_empty() {
            let id = EventId::from_u128(decoder.u128()?);
            let kind = match decoder.u8()? {
                DIRECT => EntryKind::Direct,
                CLOSING => EntryKind::Closing,
                OPENING => EntryKind::Opening { process: ProcessId::from_u64(decoder.u64()?), deadline: None },
                DEFERRED_OPENING => EntryKind::Opening {
                    process: ProcessId::from_u64(decoder.u64()?),
                    deadline: Some(Timestamp::from_millis(decoder.signed()?)),
                },
                _ => return Err(Malformed("an event is of an unknown kind")),
            };
            frames.push(Frame { id, kind, document: decoder.bytes()? });
        }
        if frames.len() as u64 != self.last_seq.0 + 1 - self.first_seq.0 {
            return Err(Malformed("it has a wrong number of events"));
        }
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_and_a_changed_one_does_not() {
        let opening = EntryKind::Opening { process: ProcessId::from_u64(7), deadline: Some(Timestamp::from_millis(9)) };
        let frames = [
            Frame { id: EventId::from_u128(2), kind: opening, document: b"{}" },
            Frame { id: EventId::from_u128(3), kind: EntryKind::Closing, document: b"" },
        ];
        let mut bytes = Vec::new();
        encode_row(frames.into_iter(), &mut bytes);
        let mut row = JournalRow { first_seq: Seq(4), last_seq: Seq(5), bytes };
        let read = row.frames().unwrap();
        assert_eq!((read[0].id, read[0].kind, read[0].document), (frames[0].id, opening, &b"{}"[..]));
        assert_eq!((read[1].id, read[1].kind), (frames[1].id, EntryKind::Closing));
        let last = row.bytes.len() - 1;
        row.bytes[last] ^= 1;
        assert!(row.frames().is_err());
    }
}
