//! The trail as people read it: events put together as a tree of what followed from what.

mod cell;
mod line;
mod style;

use std::{cmp::Reverse, collections::HashMap, fmt};

pub use style::Style;

use crate::{
    event::{Event, Phase},
    id::EventId,
    timestamp::Timestamp,
};

/// A tree of operations and direct events.
///
/// An operation is one line: its opening together with its closing, and with what became known late. What
/// happened inside it stands below it, in the order of time. What belongs below an event that is not among
/// those given stands at the root, marked with `…`.
///
/// ```
/// use events_core::{Event, Style, Trail};
///
/// fn show(events: Vec<Event>) -> Result<String, std::fmt::Error> {
///     let mut text = String::new();
///     Trail::of(events).render(&mut text, Style::Plain)?;
///     Ok(text)
/// }
/// # assert_eq!(show(Vec::new()), Ok(String::new()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// Flat, so that neither a deep tree nor a damaged one can exhaust the stack.
    nodes: Vec<Node>,
    roots: Vec<usize>,
}

/// One line of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    children: Vec<usize>,
    /// What it follows from is not here.
    pub(crate) orphan: bool,
}

/// What a line is about.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// An operation that is open.
    Open(Box<Event>),
    /// An operation that ended. Of one whose opening is not here there is only the closing.
    Ended { opening: Option<Box<Event>>, closing: Box<Event>, late: Option<Box<Event>> },
    /// An event that stands alone.
    Direct(Box<Event>),
}

impl Kind {
    /// The event that says what was done, by whom and when.
    pub(crate) fn head(&self) -> &Event {
        match self {
            Self::Open(event) | Self::Direct(event) => event,
            Self::Ended { opening, closing, .. } => opening.as_ref().unwrap_or(closing),
        }
    }

    /// The event that knows most: details and links are complete only at the end.
    pub(crate) fn tail(&self) -> &Event {
        match self {
            Self::Open(event) | Self::Direct(event) => event,
            Self::Ended { closing, late, .. } => late.as_ref().unwrap_or(closing),
        }
    }

    fn order(&self) -> (Timestamp, EventId) {
        let head = self.head();
        (head.timestamp, head.id)
    }

    fn parent(&self) -> Option<EventId> {
        match self {
            // The parent of a closing is its opening.
            Self::Ended { opening: None, .. } => None,
            kind => kind.head().parent,
        }
    }

    fn misses_its_parent(&self) -> bool {
        match self {
            Self::Ended { opening: None, closing, .. } => closing.root.is_some_and(|root| root != closing.id.opening()),
            kind => kind.head().parent.is_some(),
        }
    }
}

impl Trail {
    /// Puts events together. Their order does not matter; of several with one id the last one counts.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut nodes = nodes(events);
        nodes.sort_by_key(|node| node.kind.order());
        let places: HashMap<EventId, usize> =
            nodes.iter().enumerate().map(|(at, node)| (node.kind.head().id.opening(), at)).collect();
        let parents = nodes.iter().map(|node| places.get(&node.kind.parent()?.opening()).copied()).collect();
        let mut roots = Vec::new();
        for (at, parent) in without_circles(parents).into_iter().enumerate() {
            match parent {
                Some(parent) => nodes[parent].children.push(at),
                None => {
                    nodes[at].orphan = nodes[at].kind.misses_its_parent();
                    roots.push(at);
                }
            }
        }
        Self { nodes, roots }
    }

    /// The same with the newest root first; what stands below a root stays in the order of time.
    pub fn newest_first(mut self) -> Self {
        let nodes = &self.nodes;
        self.roots.sort_by_key(|root| Reverse(nodes[*root].kind.order()));
        self
    }

    /// How many operations and direct events there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Writes the tree: when, what, on which resource, who, how long, and how it ended.
    ///
    /// Nothing of an event reaches the terminal as a control character.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(&self, out: &mut impl fmt::Write, style: Style) -> fmt::Result {
        line::render(self, out, style)
    }

    /// Every node with its depth and whether each of its ancestors, and it, is the last of its siblings.
    pub(crate) fn walk(&self, mut visit: impl FnMut(&Node, &[bool]) -> fmt::Result) -> fmt::Result {
        let mut stack: Vec<(usize, usize, bool)> = self.roots.iter().rev().map(|root| (*root, 0, true)).collect();
        let mut lasts: Vec<bool> = Vec::new();
        while let Some((at, depth, last)) = stack.pop() {
            lasts.truncate(depth.saturating_sub(1));
            if depth > 0 {
                lasts.push(last);
            }
            let node = &self.nodes[at];
            visit(node, &lasts)?;
            let children = node.children.iter().rev().enumerate();
            stack.extend(children.map(|(back, child)| (*child, depth + 1, back == 0)));
        }
        Ok(())
    }
}

/// Cuts what claims to follow from itself, so that everything is below a root.
fn without_circles(mut parents: Vec<Option<usize>>) -> Vec<Option<usize>> {
    // On whose way up each place was last met; who meets its own way again has gone in a circle.
    let mut met_by: Vec<Option<usize>> = vec![None; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while met_by[at].is_none() {
            met_by[at] = Some(start);
            match parents[at] {
                Some(parent) if met_by[parent] == Some(start) => parents[at] = None,
                Some(parent) => at = parent,
                None => break,
            }
        }
    }
    parents
}

/// One node for each operation and each direct event.
fn nodes(events: impl IntoIterator<Item = Event>) -> Vec<Node> {
    #[derive(Default)]
    struct Parts {
        opening: Option<Box<Event>>,
        closing: Option<Box<Event>>,
        direct: Option<Box<Event>>,
        late: Option<Box<Event>>,
    }
    let mut parts: HashMap<EventId, Parts> = HashMap::new();
    let mut late: HashMap<EventId, Box<Event>> = HashMap::new();
    for event in events {
        let event = Box::new(event);
        if event.event_type.as_str().ends_with(".late-ending") && event.parent.is_some() {
            late.insert(event.parent.map_or(event.id, EventId::opening), event);
            continue;
        }
        let parts = parts.entry(event.id.opening()).or_default();
        match event.phase {
            Phase::Requested => parts.opening = Some(event),
            Phase::Completed | Phase::Failed => parts.closing = Some(event),
            Phase::Occurred => parts.direct = Some(event),
        }
    }
    for (id, event) in late {
        match parts.get_mut(&id) {
            Some(operation) if operation.closing.is_some() => operation.late = Some(event),
            _ => {
                let id = event.id.opening();
                parts.entry(id).or_default().direct = Some(event);
            }
        }
    }
    let kinds = parts.into_values().flat_map(|Parts { opening, closing, direct, late }| {
        let operation = match (opening, closing) {
            (opening, Some(closing)) => Some(Kind::Ended { opening, closing, late }),
            (Some(opening), None) => Some(Kind::Open(opening)),
            (None, None) => None,
        };
        [operation, direct.map(Kind::Direct)].into_iter().flatten()
    });
    kinds.map(|kind| Node { kind, children: Vec::new(), orphan: false }).collect()
}
