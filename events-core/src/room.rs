//! How much is carried at once: by an answer, by a batch of a relay, by what is read or counted.

/// Room for what is carried at once, in bytes. The first is carried however large it is, or it never would be.
///
/// ```
/// use events_core::Room;
///
/// let mut room = Room::of(10);
/// assert!(room.take(17) && !room.take(1), "the first, and none beside it");
/// let mut room = Room::of(10);
/// assert!(room.take(3) && room.take(7) && !room.take(1));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Room {
    left: usize,
    is_taken: bool,
}

impl Room {
    /// For so many bytes.
    pub fn of(bytes: usize) -> Self {
        Self { left: bytes, is_taken: false }
    }

    /// Whether there is room for one more of so many bytes, which then takes it.
    pub fn take(&mut self, bytes: usize) -> bool {
        let fits = !self.is_taken || bytes <= self.left;
        if fits {
            self.is_taken = true;
            self.left = self.left.saturating_sub(bytes);
        }
        fits
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.left
    }
}
