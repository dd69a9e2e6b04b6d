//! The event below which a request stands, as a trusted caller says it.

use axum::http::HeaderValue;
use events_core::EventId;

/// Why a header names no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidParent;

impl std::fmt::Display for InvalidParent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("write the id of the opening event above, and behind it that of its root where it is another: `event/<uuid> event/<uuid>`")
    }
}

/// Reads `<parent>` or `<parent> <root>`: events that are openings, in this trail or another.
pub(crate) fn read(header: &HeaderValue) -> Result<(EventId, EventId), InvalidParent> {
    let text = header.to_str().map_err(|_| InvalidParent)?;
    let mut ids = text.split_ascii_whitespace().map(|id| id.parse::<EventId>().map_err(|_| InvalidParent));
    let parent = ids.next().ok_or(InvalidParent)??;
    let root = ids.next().unwrap_or(Ok(parent))?;
    let are_openings = [parent, root].iter().all(|id| *id == id.opening());
    if ids.next().is_none() && are_openings { Ok((parent, root)) } else { Err(InvalidParent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_alone_is_its_own_root() {
        let (parent, root) =
            ("event/0192f3a4-5b6c-7d8e-9f01-23456789abce", "event/0192f3a4-5b6c-7d8e-9f01-000000000000");
        let read = |text: &str| super::read(&HeaderValue::from_str(text).unwrap()).map(|(a, b)| format!("{a} {b}"));
        assert_eq!(read(parent), Ok(format!("{parent} {parent}")));
        assert_eq!(read(&format!(" {parent}  {root} ")), Ok(format!("{parent} {root}")));
        for text in ["", "x", "event/", "event/1", &format!("{parent} {root} {root}"), &format!("{parent},{root}")] {
            assert_eq!(read(text), Err(InvalidParent), "{text}");
        }
    }
}
