//! Room in memory for what is large in events, from when it is written until it is stored.

use tokio::sync::OwnedSemaphorePermit;

use crate::{alarm, limits::from_now, manager::Shared, search::BoxFuture, wake::guarded};

/// Bytes that the details of an opening, and what a handler says, may have without taking room: nearly all have
/// less, and the number of open operations bounds them.
pub(crate) const FREE: usize = 4 * 1_024;

/// Bytes of all details, of all linked identifiers and of all tags that one event may have, each; a closing may
/// add as much to those of its opening.
pub(crate) const MAX_PART: usize = 64 * 1_024;

/// So many bytes of room, until this is dropped.
#[derive(Debug)]
pub(crate) struct Reserved(OwnedSemaphorePermit);

impl Reserved {
    pub(crate) fn bytes(&self) -> usize {
        self.0.num_permits()
    }

    /// Gives back what is more than this.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let unused = self.bytes().saturating_sub(bytes);
        drop(self.0.split(unused));
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.0.merge(more.0);
    }
}

impl Shared {
    /// Room for what stays as long as a handler runs, which may be long; none where that would leave less than half
    /// of all for what only waits for the store.
    pub(crate) fn room_to_stay(&self, bytes: usize) -> Option<Reserved> {
        let left = self.payload_room.available_permits().checked_sub(bytes)?;
        if left < self.limits.waiting_payload / 2 {
            return None;
        }
        self.payload_room.clone().try_acquire_many_owned(u32::try_from(bytes).ok()?).ok().map(Reserved)
    }

    /// Room for what is kept until it is stored; none where there was none within the limit for openings.
    pub(crate) async fn room_to_wait(&self, bytes: usize) -> Option<Reserved> {
        let bytes = u32::try_from(bytes.min(self.limits.waiting_payload)).ok()?;
        if let Ok(room) = self.payload_room.clone().try_acquire_many_owned(bytes) {
            return Some(Reserved(room));
        }
        alarm::until(from_now(self.limits.opening), &self.keeper, self.room(bytes)).await?
    }

    /// Room, once there is so much.
    pub(crate) fn room(&self, bytes: u32) -> BoxFuture<'static, Option<Reserved>> {
        let room = self.payload_room.clone();
        Box::pin(async move { guarded(room.acquire_many_owned(bytes)).await.ok().map(Reserved) })
    }
}
