//! For the tests of whoever annotates handlers: what was recorded, and whether no handler was forgotten.
//!
//! [`coverage`] compares the handlers of a server with the annotated functions.
//!
//! [`assert_events!`](crate::assert_events) compares the events that were stored since the last time with
//! a tree that reads like the trail itself.
//!
//! ```
//! use events_core::{assert_events, memory::MemoryStore, EventManager};
//!
//! let store = MemoryStore::new();
//! let manager = EventManager::builder(store.clone()).build()?;
//! let mut trail = store.trail();
//! // … call annotated handlers inside `manager.scope(…)` …
//! assert_events!(trail);
//! # drop(manager);
//! # Ok::<(), events_core::InstallError>(())
//! ```

pub mod coverage;

use std::{
    collections::HashMap,
    fmt::{self, Write},
    thread,
    time::{Duration, Instant},
};

use crate::{
    event::{Event, Phase},
    id::EventId,
    journal::{Journal, Seq},
    memory::MemoryStore,
    outcome::Reason,
};

/// Asserts which events were stored since the last call, and how they hang together.
///
/// The first argument is a [`Trail`](crate::testing::Trail), `store.trail()`; what follows is the tree.
/// An operation stands as `"<event-type> <href>" => <ending>`, the operations and direct events inside it
/// between braces; a direct event has no ending. The href may be left out, and so may the reason of a
/// failure. The endings are `completed`, `failed`, `failed(error)` (or `status`, `panic`, `cancelled`,
/// `timeout`, `abandoned`, `refused`) and `open`.
///
/// A closing whose opening an earlier call has seen stands alone, under its whole type:
/// `"deployment.start.completed deployment/1"`.
///
/// What is not there yet is waited for, [two seconds](crate::testing::Trail::within) unless said
/// otherwise: a cancelled handler does not wait until its closing is stored.
///
/// # Panics
/// The trail is another one: the message shows both as one tree, line by line.
///
/// ```
/// # use events_core::{
/// #     assert_events, Context, Ending, EventManager, EventDeclaration, EventSpec, Registration, Registry, ResourceDeclaration,
/// #     ResourceSpec, __private as p, memory::MemoryStore, scope,
/// # };
/// # static FLEET: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
/// #     resource_type: "nuvlabox", struct_name: "Nuvlabox", operations: None, category: None, severity: None, enabled: true, location: p::location!(),
/// # });
/// # static REBOOT: EventDeclaration = EventDeclaration::new(EventSpec {
/// #     event_type: "nuvlabox.reboot", resource_type: "nuvlabox", operation: "reboot", ..EventSpec::ACTION
/// # });
/// # static STOP: EventDeclaration = EventDeclaration::new(EventSpec {
/// #     event_type: "nuvlabox.stop", resource_type: "nuvlabox", operation: "stop", ..EventSpec::ACTION
/// # });
/// # async fn called<F: std::future::Future>(event: &'static EventDeclaration, id: &str, body: F) -> F::Output {
/// #     let mut call = p::Call::new(event);
/// #     call.opening().unwrap().resource(id.into());
/// #     let completed = p::Read::By(|call, _| call.ended(Ending::COMPLETED));
/// #     call.drive(body, |refused| panic!("{refused}"), completed).await
/// # }
/// # async fn stop(id: &str) { called(&STOP, id, async {}).await }
/// # async fn reboot(id: &str) { called(&REBOOT, id, stop(id)).await }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// # let registrations = [Registration::Resource(&FLEET), Registration::Event(&REBOOT), Registration::Event(&STOP)];
/// # let registry = Registry::of(registrations);
/// # let manager = EventManager::builder(store.clone()).registry(registry).build()?;
/// # let jane = Context::anonymous();
/// let mut trail = store.trail();
///
/// manager.scope(scope(jane, reboot("nuvlabox/1"))).await;
///
/// assert_events!(trail,
///     "nuvlabox.reboot nuvlabox/1" => completed {
///         "nuvlabox.stop nuvlabox/1" => completed,
///     },
/// );
/// assert_events!(trail); // nothing since
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! assert_events {
    ($trail:expr $(,)?) => {
        $trail.assert(&[])
    };
    ($trail:expr, $($expected:tt)+) => {{
        let mut expected = ::std::vec::Vec::new();
        $crate::__expected_events!(expected, 0; $($expected)+);
        $trail.assert(&expected)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __expected_events {
    ($list:ident, $depth:expr;) => {};
    (
        $list:ident, $depth:expr;
        $what:expr => $ending:ident $(($reason:ident))? $({ $($inner:tt)* })? $(, $($rest:tt)*)?
    ) => {
        $list.push($crate::testing::Expected::new($depth, &$what, $crate::__expected_ending!($ending $(($reason))?)));
        $($crate::__expected_events!($list, $depth + 1; $($inner)*);)?
        $($crate::__expected_events!($list, $depth; $($rest)*);)?
    };
    ($list:ident, $depth:expr; $what:expr $(, $($rest:tt)*)?) => {
        $list.push($crate::testing::Expected::new($depth, &$what, $crate::testing::Stands::Alone));
        $($crate::__expected_events!($list, $depth; $($rest)*);)?
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __expected_ending {
    (completed) => { $crate::testing::Stands::Completed };
    (open) => { $crate::testing::Stands::Open };
    (failed) => { $crate::testing::Stands::Failed(::core::option::Option::None) };
    (failed(error)) => { $crate::__expected_ending!(@ Error) };
    (failed(status)) => { $crate::__expected_ending!(@ Status) };
    (failed(panic)) => { $crate::__expected_ending!(@ Panic) };
    (failed(cancelled)) => { $crate::__expected_ending!(@ Cancelled) };
    (failed(timeout)) => { $crate::__expected_ending!(@ Timeout) };
    (failed(abandoned)) => { $crate::__expected_ending!(@ Abandoned) };
    (failed(refused)) => { $crate::__expected_ending!(@ Refused) };
    (@ $reason:ident) => { $crate::testing::Stands::Failed(::core::option::Option::Some($crate::Reason::$reason)) };
}

/// The events of a journal that were not looked at yet: a cursor that moves.
#[derive(Clone, Debug)]
pub struct Trail<J> {
    journal: J,
    next: Seq,
    within: Duration,
}

impl MemoryStore {
    /// The events of this store, from the first one on: see [`assert_events!`](crate::assert_events).
    pub fn trail(&self) -> Trail<Self> {
        Trail::of(self.clone())
    }
}

impl<J: Journal> Trail<J> {
    /// The events of a journal, from the first one on.
    pub fn of(journal: J) -> Self {
        Self { journal, next: Seq(1), within: Duration::from_secs(2) }
    }

    /// Another limit for waiting.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// The events since the last call, in the order in which they were stored.
    ///
    /// # Panics
    /// The journal cannot be read.
    #[track_caller]
    pub fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        self.read_into(&mut events);
        events
    }

    #[track_caller]
    fn read_into(&mut self, events: &mut Vec<Event>) {
        loop {
            let read = match self.journal.read(self.next, 1_000, 1 << 20) {
                Ok(read) => read,
                Err(error) => panic!("the trail cannot be read: {error}"),
            };
            let Some(last) = read.last() else { return };
            self.next = last.seq.next();
            for stored in &read {
                match Event::from_document(&stored.document) {
                    Ok(event) => events.push(event),
                    Err(error) => panic!("{error}: {}", stored.id),
                }
            }
        }
    }

    /// What [`assert_events!`](crate::assert_events) calls.
    #[doc(hidden)]
    #[track_caller]
    pub fn assert(&mut self, expected: &[Expected]) {
        let deadline = Instant::now() + self.within;
        let mut events = Vec::new();
        loop {
            self.read_into(&mut events);
            let recorded = lines(&events);
            let same = expected.len() == recorded.len()
                && expected.iter().zip(&recorded).all(|(expected, recorded)| expected.fits(recorded));
            if same {
                return;
            }
            assert!(Instant::now() < deadline, "{}", difference(expected, &recorded));
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// How an event of the tree stands there.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Without a closing that belongs to it: a direct event, or a closing of which the opening was seen before.
    Alone,
    Open,
    Completed,
    /// For this reason, or for any.
    Failed(Option<Reason>),
}

impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone => Ok(()),
            Self::Open => f.write_str(" => open"),
            Self::Completed => f.write_str(" => completed"),
            Self::Failed(None) => f.write_str(" => failed"),
            Self::Failed(Some(reason)) => write!(f, " => failed({reason})"),
        }
    }
}

/// A line of the expected tree.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Expected {
    depth: usize,
    event_type: String,
    href: Option<String>,
    stands: Stands,
}

impl Expected {
    /// Of `"<event-type> <href>"`.
    pub fn new(depth: usize, what: &(impl AsRef<str> + ?Sized), stands: Stands) -> Self {
        let mut words = what.as_ref().split_whitespace().map(str::to_owned);
        Self { depth, event_type: words.next().unwrap_or_default(), href: words.next(), stands }
    }

    fn fits(&self, line: &Line) -> bool {
        let stands = match (self.stands, line.stands) {
            (Stands::Failed(None), Stands::Failed(_)) => true,
            (expected, recorded) => expected == recorded,
        };
        let href = self.href.is_none() || self.href == line.href;
        stands && href && self.depth == line.depth && self.event_type == line.event_type
    }
}

/// A line of the recorded tree.
#[derive(Clone, Debug)]
struct Line {
    depth: usize,
    event_type: String,
    href: Option<String>,
    stands: Stands,
}

fn write_line(f: &mut fmt::Formatter<'_>, depth: usize, what: (&str, Option<&str>), stands: Stands) -> fmt::Result {
    let (event_type, href) = what;
    write!(f, "{:indent$}{event_type}", "", indent = depth * 4)?;
    href.map_or(Ok(()), |href| write!(f, " {href}"))?;
    write!(f, "{stands}")
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, self.depth, (&self.event_type, self.href.as_deref()), self.stands)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, self.depth, (&self.event_type, self.href.as_deref()), self.stands)
    }
}

/// The tree of some events, line by line, in the order in which they were stored.
fn lines(events: &[Event]) -> Vec<Line> {
    let openings: HashMap<EventId, &Event> =
        events.iter().filter(|event| event.phase == Phase::Requested).map(|event| (event.id, event)).collect();
    let closings: HashMap<EventId, &Event> =
        events.iter().filter(|event| event.phase.closes()).map(|event| (event.id.opening(), event)).collect();
    let mut inside: HashMap<Option<EventId>, Vec<&Event>> = HashMap::new();
    for event in events {
        if event.phase.closes() && openings.contains_key(&event.id.opening()) {
            continue;
        }
        let parent = event.parent.filter(|parent| openings.contains_key(parent));
        inside.entry(parent).or_default().push(event);
    }
    let mut lines = Vec::new();
    let mut left = vec![(0, inside.remove(&None).unwrap_or_default().into_iter())];
    while let Some((depth, siblings)) = left.last_mut() {
        let (depth, Some(event)) = (*depth, siblings.next()) else {
            left.pop();
            continue;
        };
        let opens = event.phase == Phase::Requested;
        lines.push(line(depth, event, closings.get(&event.id).copied().filter(|_| opens)));
        if opens {
            left.push((depth + 1, inside.remove(&Some(event.id)).unwrap_or_default().into_iter()));
        }
    }
    lines
}

fn line(depth: usize, event: &Event, closing: Option<&Event>) -> Line {
    let stands = match closing {
        None if event.phase == Phase::Requested => Stands::Open,
        None => Stands::Alone,
        Some(closing) if closing.phase == Phase::Completed => Stands::Completed,
        Some(closing) => Stands::Failed(closing.failure.as_ref().map(|failure| failure.reason)),
    };
    // The href of what an `add` added is known at its end.
    let href = event.resource.href.as_ref().or_else(|| closing?.resource.href.as_ref()).cloned();
    Line { depth, event_type: event.event_type.as_str().to_owned(), href, stands }
}

/// Both trees as one: the longest common subsequence of their lines stays, the rest is marked.
fn difference(expected: &[Expected], recorded: &[Line]) -> String {
    let (rows, columns) = (expected.len(), recorded.len());
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if expected[row].fits(&recorded[column]) {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let mut text = String::from("other events were recorded than expected (- expected, + recorded):\n");
    let (mut row, mut column) = (0, 0);
    while row < rows || column < columns {
        // Writing to a string cannot fail.
        let _ = match (expected.get(row), recorded.get(column)) {
            (Some(line), Some(other)) if line.fits(other) => {
                (row, column) = (row + 1, column + 1);
                write!(text, "\n  {other}")
            }
            (Some(line), other) if other.is_none() || common[row + 1][column] >= common[row][column + 1] => {
                row += 1;
                write!(text, "\n- {line}")
            }
            (_, Some(other)) => {
                column += 1;
                write!(text, "\n+ {other}")
            }
            // One of the two is there, or the loop has ended.
            (_, None) => break,
        };
    }
    if rows == 0 && columns == 0 { text + "\n  nothing" } else { text }
}
