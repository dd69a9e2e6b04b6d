//! What a document is written on.

use std::borrow::Cow;

use super::parts::{Part, Parts};
use crate::payload_room::{FREE, Reserved};

/// What is written of a document by now: apart, so that an opening is small where it is moved.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) bytes: Vec<u8>,
    pub(super) stage: Stage,
    pub(super) parts: Parts,
    pub(super) href: Part,
    /// Where the message goes, once details are known.
    pub(super) message_at: usize,
    /// Bytes of the first details, which take no room, and the room that the others take.
    pub(super) free: usize,
    pub(super) room: Option<Reserved>,
    pub(super) truncated: bool,
    pub(super) problem: Option<Cow<'static, str>>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    #[default]
    Resource,
    Linked,
    Tags,
    Details,
    Payload,
}

impl Sheet {
    /// Nothing is written on it any more, and the memory stays.
    #[inline]
    pub(crate) fn wipe(&mut self) {
        let Self { bytes, stage, parts, href, message_at, free, room, truncated, problem } = self;
        bytes.clear();
        (*stage, *parts, *href, *message_at, *free, *truncated) = Default::default();
        (*room, *problem) = (None, None);
    }

    /// Gives back memory that is reserved and not used, before something is waited for.
    #[inline]
    pub(super) fn shrink(&mut self) {
        if self.bytes.capacity() - self.bytes.len() > FREE {
            self.bytes.shrink_to(self.bytes.len() + 512);
        }
    }
}
