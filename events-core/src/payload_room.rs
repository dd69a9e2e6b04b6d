//! Room in memory for what is large in events, from when it is written until it is stored.

use tokio::sync::OwnedSemaphorePermit;

use crate::{alarm, limits::from_now, manager::Shared};

/// Bytes that the details of an opening, and what a handler says, may have without taking room: nearly all have
/// less, and the number of open operations bounds them.
pub(crate) const FREE: usize = 4 * 1_024;

/// Bytes of all details, of all linked identifiers and of all tags that one event may have, each; a closing may
/// add as much to those of its opening.
pub(crate) const MAX_PART: usize = 64 * 1_024;

impl Shared {
    /// Room for what stays as long as a handler runs, which may be long; none where that would leave less than half
    /// of all for what only waits for the store.
    pub(crate) fn room_to_stay(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let left = self.payload_room.available_permits().checked_sub(bytes)?;
        if left < self.limits.waiting_payload / 2 {
            return None;
        }
        self.payload_room.clone().try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    /// Room for what is kept until it is stored; none where there was none within the limit for openings.
    pub(crate) async fn room_to_wait(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes.min(self.limits.waiting_payload)).ok()?;
        if let Ok(room) = self.payload_room.clone().try_acquire_many_owned(bytes) {
            return Some(room);
        }
        let waiting = Box::pin(self.payload_room.clone().acquire_many_owned(bytes));
        alarm::until(from_now(self.limits.opening), &self.keeper, waiting).await?.ok()
    }
}
