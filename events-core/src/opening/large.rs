//! What is large in an opening: room for it, or it is left out.

use super::{
    Opening,
    parts::{DETAILS, Part},
    sheet::Stage,
};
use crate::{manager::Shared, payload_room::FREE};

impl Opening {
    /// Takes the room that details beyond the free ones need, or leaves those out. Called when everything is
    /// written, before anything is waited for.
    pub(crate) fn make_room(&mut self, shared: &Shared) {
        if self.sheet.parts.details.len() > FREE {
            self.make_room_for(self.sheet.parts.details.len() - FREE, shared);
        }
    }

    #[cold]
    fn make_room_for(&mut self, bytes: usize, shared: &Shared) {
        // The closing repeats them.
        self.sheet.room = shared.room_to_stay(2 * bytes);
        if self.sheet.room.is_none() {
            self.leave_out_large_details();
        }
    }

    fn leave_out_large_details(&mut self) {
        let details = self.sheet.parts.details.range();
        let is_closed = self.sheet.stage == Stage::Payload;
        let (left_out, kept) = match details.start + self.sheet.free {
            kept if self.sheet.free > 0 => (kept..details.end, Part::new(details.start..kept)),
            start => (start - DETAILS.len()..details.end + usize::from(is_closed), Part::default()),
        };
        let by = left_out.len();
        self.sheet.bytes.drain(left_out);
        self.sheet.parts.details = kept;
        if !self.sheet.parts.payload.is_empty() {
            let payload = self.sheet.parts.payload.range();
            self.sheet.parts.payload = Part::new(payload.start - by..payload.end - by);
        }
        self.sheet.truncated = true;
    }
}
