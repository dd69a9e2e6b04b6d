//! Where the parts of a document are.

use std::ops::Range;

use crate::id::ID_LEN;

/// What stands before details.
pub(crate) const DETAILS: &[u8] = b",\"details\":{";
/// What stands before an ACL.
pub(crate) const ACL: &[u8] = b",\"acl\":";

/// Where an event's id stands in its document.
pub(crate) const ID: Range<usize> = 7..7 + ID_LEN;

/// Where the parts of a document are that its closing repeats.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// From the comma before the resource to the end of `authn-info`.
    pub(crate) about: Part,
    /// `{"href":…,"type":…}`.
    pub(crate) resource: Part,
    /// What stands between the brackets.
    pub(crate) linked: Part,
    pub(crate) tags: Part,
    /// The message without its ending; not known of one that quotes details.
    pub(crate) sentence: Part,
    /// What stands between the braces.
    pub(crate) details: Part,
    /// The ACL, as a whole.
    pub(crate) acl: Part,
    /// The payload with its name and the comma before it; what memory does not keep.
    pub(super) payload: Part,
}

impl Parts {
    /// Where the details begin, with their name and the comma before it, or else what follows them.
    pub(crate) fn rest_at(&self) -> usize {
        if self.details.is_empty() {
            self.acl.range().start - ACL.len()
        } else {
            self.details.range().start - DETAILS.len()
        }
    }
}

/// A part of a document; empty where the document has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Part {
    /// Documents are far smaller than 4 GiB: the largest payload is 10 MiB, everything else is capped.
    pub(super) fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(super) fn len(self) -> usize {
        self.range().len()
    }

    /// Makes way for `by` bytes that were put in before it.
    pub(super) fn shift(&mut self, by: usize) {
        if !self.is_empty() {
            *self = Self { start: self.start + by as u32, end: self.end + by as u32 };
        }
    }
}
