//! The names of what stands on the server.

use events_core::{EventId, Month};

/// All names begin with the prefix: two installations with different ones share a server.
///
/// ```text
/// events                  alias of all months: what searches look at
/// events-2026.11          the events whose ids were made in a month
/// events-leases           which processes are alive
/// events                  index template of the months
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    prefix: String,
}

/// Why a prefix cannot be one.
pub(crate) const PREFIX_RULE: &str = "write up to 100 of `a-z`, `0-9`, `-`, `_`, `.`, a letter first";

impl Layout {
    /// None where indices may not be called so.
    pub(crate) fn new(prefix: &str) -> Option<Self> {
        let fits = prefix.len() <= 100
            && prefix.starts_with(|first: char| first.is_ascii_lowercase())
            && prefix.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'));
        fits.then(|| Self { prefix: prefix.to_owned() })
    }

    /// What searches look at.
    pub(crate) fn alias(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn template(&self) -> &str {
        &self.prefix
    }

    /// What the indices of all months are called, and no other of ours.
    pub(crate) fn pattern(&self) -> String {
        format!("{}-*.*", self.prefix)
    }

    /// Where two patterns fit, as `events-*.*` and `events-test-*.*` do, that of the longer prefix is meant.
    /// Above the 100 that a server's own templates have.
    pub(crate) fn priority(&self) -> usize {
        200 + self.prefix.len()
    }

    /// The index that an event belongs to: that of the month of its id, and so one for ever.
    pub(crate) fn index_of(&self, id: EventId) -> String {
        let month = id.timestamp().month();
        format!("{}-{:04}.{:02}", self.prefix, month.year, month.month)
    }

    /// The month that an index holds.
    pub(crate) fn month_of(&self, index: &str) -> Option<Month> {
        let month = index.strip_prefix(&self.prefix)?.strip_prefix('-')?;
        let (year, month) = month.split_once('.')?;
        format!("{year}-{month}").parse().ok()
    }

    pub(crate) fn leases(&self) -> String {
        format!("{}-leases", self.prefix)
    }
}

/// An event's id as the server knows it: the UUID alone.
pub(crate) fn document_id(id: EventId) -> String {
    id.to_string().split_off("event/".len())
}

/// Appends the same.
pub(crate) fn put_document_id(out: &mut Vec<u8>, id: EventId) {
    out.extend_from_slice(&id.write()["event/".len()..]);
}

#[cfg(test)]
mod tests {
    use events_core::Timestamp;

    use super::*;

    #[test]
    fn an_event_has_one_index_and_an_index_one_month() {
        let layout = Layout::new("events").unwrap();
        let at: Timestamp = "2026-03-31T23:59:59.999Z".parse().unwrap();
        let index = layout.index_of(EventId::first_at(at));
        assert_eq!(index, "events-2026.03");
        assert_eq!(layout.month_of(&index), Some(at.month()));
        assert_eq!(layout.index_of(EventId::first_at(at).closing()), index);
        for other in ["events-leases", "events-test-2026.03", "event-2026.03", "events-2026.13", "events"] {
            assert_eq!(layout.month_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_prefix_is_a_name_of_indices() {
        for good in ["events", "a", "audit-2", "my_events.v1"] {
            assert!(Layout::new(good).is_some(), "{good}");
        }
        for bad in ["", "Events", "-events", "_events", "events*", "a/b", "é", &"x".repeat(101)] {
            assert!(Layout::new(bad).is_none(), "{bad}");
        }
    }
}
