//! Events as tails look at them.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::{
    acl::Visibility,
    identity::Viewer,
    journal::{Seq, Sequenced},
    keys::Keys,
    query::Filter,
};

/// Events that are handed on at once: what a tail holds on to while it is not asked. At least one of any size.
pub(crate) const EVENTS: usize = 128;
pub(crate) const BYTES: usize = 256 * 1_024;

/// A part of the trail.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// It has all events from this number on …
    pub(crate) from: Seq,
    pub(crate) events: Vec<Arc<Told>>,
    /// … through this one.
    pub(crate) through: Seq,
}

impl Chunk {
    pub(crate) fn covers(&self, seq: Seq) -> bool {
        (self.from..=self.through).contains(&seq)
    }
}

/// One event; its keys are derived once, for all tails.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) seq: Seq,
    pub(crate) document: Bytes,
    keys: OnceLock<Option<Keys<'static>>>,
}

/// Bytes that the keys of an event take, about.
const KEYS: usize = 2_048;

impl Told {
    pub(crate) fn new(seq: Seq, document: Bytes) -> Self {
        Self { seq, document, keys: OnceLock::new() }
    }

    /// Memory that it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.document.len() + KEYS
    }

    /// How much of it the viewer sees, where the filter finds it.
    pub(crate) fn is_for(&self, filter: &Filter, viewer: &Viewer) -> Option<Visibility> {
        let keys = self.keys.get_or_init(|| {
            let keys = Keys::of(&self.document).map(Keys::into_owned);
            keys.inspect_err(|error| tracing::error!(seq = %self.seq, %error, "an event is not told to who follows"))
                .ok()
        });
        let keys = keys.as_ref()?;
        let visibility = keys.acl.visibility(viewer)?;
        filter.finds(&self.document, keys, visibility).then_some(visibility)
    }
}

impl From<Sequenced> for Told {
    fn from(event: Sequenced) -> Self {
        Self::new(event.seq, event.document)
    }
}
