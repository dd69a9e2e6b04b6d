//! How much one answer carries.

/// Room for the documents of one answer, in bytes. The first is carried however large it is, or it never would be.
///
/// ```
/// use events_core::Room;
///
/// let mut room = Room::of(10);
/// assert!(room.take(b"as large as it is") && !room.take(b"more"));
/// let mut room = Room::of(10);
/// assert!(room.take(b"123") && room.take(b"1234567") && !room.take(b"1"));
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

    /// Whether there is room for one more document, which then takes it.
    pub fn take(&mut self, document: &[u8]) -> bool {
        let fits = !self.is_taken || document.len() <= self.left;
        if fits {
            self.is_taken = true;
            self.left = self.left.saturating_sub(document.len());
        }
        fits
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.left
    }
}
