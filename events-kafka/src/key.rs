//! What decides the partition of an event.

/// What the key of a message is. Events of one key are in one partition, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// The root of the event: an operation and all that happened inside it are together. Of an event outside of
    /// every operation, its id.
    #[default]
    Root,
    /// The id of the event: evenly spread, in no order; what consumers of the older document shape know.
    Event,
    /// The href of the resource: everything about one resource is together. Of an event about no single
    /// resource, as [`Root`](Self::Root).
    Resource,
}
