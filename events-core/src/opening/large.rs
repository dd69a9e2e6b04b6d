//! What is large in an opening: room for it, or it is left out.

use super::{DETAILS, Opening, Part, Stage};
use crate::{manager::Shared, payload_room::FREE};

impl Opening {
    /// Takes the room that details beyond the free ones need, or leaves those out. Called when everything is
    /// written, before anything is waited for.
    pub(crate) fn make_room(&mut self, shared: &Shared) {
        if self.draft.parts.details.len() > FREE {
            self.make_room_for(self.draft.parts.details.len() - FREE, shared);
        }
    }

    #[cold]
    fn make_room_for(&mut self, bytes: usize, shared: &Shared) {
        // The closing repeats them.
        self.draft.room = shared.room_to_stay(2 * bytes);
        if self.draft.room.is_none() {
            self.leave_out_large_details();
        }
    }

    fn leave_out_large_details(&mut self) {
        let details = self.draft.parts.details.range();
        let is_closed = self.draft.stage == Stage::Payload;
        let (left_out, kept) = match details.start + self.draft.free {
            kept if self.draft.free > 0 => (kept..details.end, Part::new(details.start..kept)),
            start => (start - DETAILS.len()..details.end + usize::from(is_closed), Part::default()),
        };
        let by = left_out.len();
        self.draft.bytes.drain(left_out);
        self.draft.parts.details = kept;
        if !self.draft.parts.payload.is_empty() {
            let payload = self.draft.parts.payload.range();
            self.draft.parts.payload = Part::new(payload.start - by..payload.end - by);
        }
        self.draft.truncated = true;
    }

    /// Gives back memory that is reserved and not used, before something is waited for.
    pub(crate) fn shrink(&mut self) {
        if self.draft.bytes.capacity() - self.draft.bytes.len() > FREE {
            self.draft.bytes.shrink_to(self.draft.bytes.len() + 512);
        }
    }
}
