//! Events of an edge fleet that nobody runs: realistic in shape, size and repetition, the same for the
//! same seed. Tests, property tests and benchmarks of every store are fed from here.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use self::fleet::{Fleet, Thing};
use crate::{
    category::Severity,
    event::{AboutResource, Event, Phase},
    event_type::EventType,
    id::{EventId, IdGenerator, ProcessId, Random},
    identity::Caller,
    journal::{Entry, EntryKind},
    outcome::{Failure, Reason},
    timestamp::Timestamp,
};

mod fleet;
mod questions;

pub use questions::Questions;

/// Makes events: openings and closings in trees, and direct ones, of about 1 KB each.
///
/// The same seed and scale give the same events. Operations stay open for a while, so that openings
/// and closings of many interleave; about one event in fifty happened before those around it.
///
/// ```
/// use events_core::conformance::Generator;
///
/// let entries = Generator::new(7).resources(20).users(5).events(100);
/// assert_eq!(entries.len(), 100);
/// assert_eq!(entries[99].document, Generator::new(7).resources(20).users(5).events(100)[99].document);
/// ```
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    scale: Scale,
    random: Random,
    ids: IdGenerator,
    process: ProcessId,
    fleet: Fleet,
    now_micros: u64,
    open: Vec<Event>,
}

#[derive(Clone, Copy, Debug)]
struct Scale {
    resources: usize,
    users: usize,
    start: Timestamp,
    every: Duration,
}

/// More operations than this are never open at once.
const MOST_OPEN: usize = 64;

/// 2026-01-15T08:00:00Z.
const START: Timestamp = Timestamp::from_millis(1_768_464_000_000);

impl Generator {
    /// Of 1,000 resources and 50 users, an event every 250 ms on average, from 2026-01-15 on.
    pub fn new(seed: u64) -> Self {
        let scale = Scale { resources: 1_000, users: 50, start: START, every: Duration::from_millis(250) };
        Self::of_scale(seed, scale)
    }

    fn of_scale(seed: u64, scale: Scale) -> Self {
        let mut random = Random::from_seed(seed);
        let ids = IdGenerator::drawing_from(Random::from_seed(random.next()));
        let process = ProcessId::from_u64(random.next());
        let fleet = Fleet::new(&mut random, scale.resources, scale.users);
        let now_micros = u64::try_from(scale.start.millis()).unwrap_or(0) * 1_000;
        Self { seed, scale, random, ids, process, fleet, now_micros, open: Vec::new() }
    }

    /// The same with this many resources, at least one. Call it before events are made.
    pub fn resources(self, resources: usize) -> Self {
        Self::of_scale(self.seed, Scale { resources, ..self.scale })
    }

    /// The same with this many users, at least one. Call it before events are made.
    pub fn users(self, users: usize) -> Self {
        Self::of_scale(self.seed, Scale { users, ..self.scale })
    }

    /// The same from another point in time on. Call it before events are made.
    pub fn starting(self, start: Timestamp) -> Self {
        Self::of_scale(self.seed, Scale { start, ..self.scale })
    }

    /// The same with another average time between two events; zero gives all of them one time. Call it
    /// before events are made.
    pub fn every(self, every: Duration) -> Self {
        Self::of_scale(self.seed, Scale { every, ..self.scale })
    }

    /// The same with `events` events between two points in time. Call it before events are made.
    pub fn between(self, start: Timestamp, end: Timestamp, events: usize) -> Self {
        let every = end.since(start) / u32::try_from(events.max(1)).unwrap_or(u32::MAX);
        Self::of_scale(self.seed, Scale { start, every, ..self.scale })
    }

    /// The next `count` events, as a journal takes them.
    pub fn events(&mut self, count: usize) -> Vec<Entry> {
        self.take(count).collect()
    }

    /// The next event, before it is written.
    pub fn event(&mut self) -> Event {
        let twice = usize::try_from(self.scale.every.as_micros()).unwrap_or(usize::MAX).saturating_mul(2);
        self.now_micros += self.random.below(twice.saturating_add(1)) as u64;
        let now = Timestamp::from_millis((self.now_micros / 1_000) as i64);
        let draw = self.random.below(100);
        if !self.open.is_empty() && (draw < 43 || self.open.len() >= MOST_OPEN) {
            self.closing(now)
        } else if draw < 86 {
            self.opening(now)
        } else {
            self.direct(now)
        }
    }

    fn opening(&mut self, now: Timestamp) -> Event {
        let (user, thing) = (self.fleet.user(&mut self.random), self.fleet.thing(&mut self.random));
        let operation = self.random.pick(thing.kind.operations);
        let enclosing = if self.random.one_in(3) { self.random.pick_or_none(&self.open) } else { None };
        let id = self.ids.next(now);
        let event_type = format!("{}.{}", thing.kind.name, operation.name);
        let mut event = bare(id, &event_type, Phase::Requested, now, thing, user);
        event.category = operation.category.to_owned();
        event.severity = operation.severity;
        event.parent = enclosing.map(|enclosing| enclosing.id);
        event.root = Some(enclosing.and_then(|enclosing| enclosing.root).unwrap_or(id));
        event.process = Some(self.process.to_string());
        event.deadline = self.random.one_in(20).then(|| now.plus(Duration::from_secs(3_600)));
        event.message = Some(format!("asked for {} of {}", operation.name, thing.href));
        event.details = details(&mut self.random, operation.name);
        if operation.category == "crud" {
            event.payload = Some(json!({ "request": request(&mut self.random) }));
        }
        self.decorate(&mut event);
        self.open.push(event.clone());
        event
    }

    fn closing(&mut self, now: Timestamp) -> Event {
        let at = self.random.below(self.open.len());
        let opening = self.open.swap_remove(at);
        let failure = self.random.one_in(6).then(|| failure(&mut self.random));
        let base = opening.event_type.clone();
        let (phase, verb) = match &failure {
            None => (Phase::Completed, "was done"),
            Some(_) => (Phase::Failed, "did not work"),
        };
        let mut event = opening;
        event.parent = Some(event.id);
        event.id = event.id.closing();
        event.event_type = parse(&format!("{base}.{phase}"));
        event.phase = phase;
        if failure.is_some() {
            event.severity = event.severity.max(Severity::High);
        }
        event.duration_ms = u64::try_from(now.since(event.timestamp).as_millis()).ok();
        event.timestamp = event.timestamp.max(now);
        event.created = event.timestamp;
        event.process = None;
        event.deadline = None;
        event.success = Some(failure.is_none());
        event.failure = failure;
        let href = event.resource.href.as_deref().unwrap_or_default();
        event.message = Some(format!("{base} of {href} {verb}"));
        event.details = details(&mut self.random, "closing");
        event.payload = Some(json!({ "outcome": { "status": 200 + self.random.below(3) } }));
        if self.random.one_in(3) {
            event.linked_identifiers.push(format!("job/{}", self.random.uuid()));
        }
        event
    }

    fn direct(&mut self, now: Timestamp) -> Event {
        let (user, thing) = (self.fleet.user(&mut self.random), self.fleet.thing(&mut self.random));
        let enclosing = if self.random.one_in(2) { self.random.pick_or_none(&self.open) } else { None };
        let late = if self.random.one_in(8) { self.random.below(600_000) } else { 0 };
        let at = now.minus(Duration::from_millis(late as u64));
        let id = self.ids.next(now);
        let mut event = bare(id, &format!("{}.state-changed", thing.kind.name), Phase::Occurred, at, thing, user);
        event.created = now;
        event.category = "state".to_owned();
        event.severity = Severity::Low;
        event.parent = enclosing.map(|enclosing| enclosing.id);
        event.root = enclosing.and_then(|enclosing| enclosing.root);
        let state = *self.random.pick(&STATES);
        event.message = Some(format!("{} is now {state}", thing.href));
        event.details = details(&mut self.random, "state-changed");
        event.details.insert("new-state".into(), state.into());
        self.decorate(&mut event);
        event
    }

    /// What any event may have.
    fn decorate(&mut self, event: &mut Event) {
        let random = &mut self.random;
        event.tags = (0..random.below(3)).map(|_| (*random.pick(&TAGS)).to_owned()).collect();
        let linked = if random.one_in(3) { 1 + random.below(2) } else { 0 };
        event.linked_identifiers = (0..linked).map(|_| self.fleet.thing(random).href.clone()).collect();
        event.acl_fallback = random.one_in(100);
        if random.one_in(10) {
            event.subcategory = Some((*random.pick(&["maintenance", "rollout"])).to_owned());
        }
        if random.one_in(4) {
            let (high, low) = (random.next(), random.next());
            event.traceparent = Some(format!("00-{high:016x}{low:016x}-{:016x}-01", high ^ low));
        }
    }
}

/// Endless.
impl Iterator for Generator {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        Some(entry(&self.event()))
    }
}

/// An event as a journal takes it: its document, and what the document says of its operation.
///
/// An opening whose `process` cannot be read counts as one of process 0.
pub fn entry(event: &Event) -> Entry {
    let kind = match event.phase {
        Phase::Requested => EntryKind::Opening {
            process: event
                .process
                .as_deref()
                .and_then(|process| process.parse().ok())
                .unwrap_or(ProcessId::from_u64(0)),
            deadline: event.deadline,
        },
        Phase::Completed | Phase::Failed => EntryKind::Closing,
        Phase::Occurred => EntryKind::Direct,
    };
    let document = serde_json::to_vec(event).expect("an event is maps with string keys, strings and numbers");
    Entry { id: event.id, document: Bytes::from(document), kind }
}

const STATES: [&str; 6] = ["NEW", "ACTIVATED", "COMMISSIONED", "STARTING", "STARTED", "ERROR"];

const TAGS: [&str; 8] = ["canary", "rollout-7", "night", "eu-west", "à-vérifier", "customer:acme", "retry", "bulk"];

fn bare(id: EventId, event_type: &str, phase: Phase, timestamp: Timestamp, thing: &Thing, caller: &Caller) -> Event {
    Event {
        id,
        resource_type: "event".into(),
        event_type: parse(event_type),
        phase,
        category: "action".to_owned(),
        subcategory: None,
        severity: Severity::Medium,
        timestamp,
        created: timestamp,
        resource: AboutResource {
            href: Some(thing.href.clone()),
            resource_type: thing.kind.name.to_owned(),
            content: None,
        },
        linked_identifiers: Vec::new(),
        tags: Vec::new(),
        authn_info: caller.clone(),
        parent: None,
        root: None,
        process: None,
        deadline: None,
        success: None,
        failure: None,
        duration_ms: None,
        message: None,
        details: Map::new(),
        payload: None,
        acl: thing.acl.clone(),
        acl_fallback: false,
        traceparent: None,
        version: Some(1),
        legacy_id: None,
        name: None,
    }
}

fn parse(event_type: &str) -> EventType {
    event_type.parse().expect("made of the kebab-case names of the fleet's tables")
}

fn details(random: &mut Random, operation: &str) -> Map<String, Value> {
    let details = match operation {
        "reboot" => json!({ "force": random.one_in(3), "delay-seconds": random.below(5) * 30 }),
        "state-changed" => json!({ "old-state": random.pick(&STATES) }),
        "closing" => json!({ "attempts": 1 + random.below(3), "queue": random.pick(&["default", "bulk"]) }),
        "edit" => json!({ "changed": ["name", "description"], "revision": random.below(40) }),
        _ => json!({
            "target": { "release": format!("2.{}.{}", random.below(20), random.below(10)), "region": random.pick(&["eu", "us"]) },
            "parameters": ["verbose", random.pick(&STATES), random.below(100)],
            "ratio": random.below(8) as f64 / 3.0,
        }),
    };
    match details {
        Value::Object(details) => details,
        _ => Map::new(),
    }
}

fn request(random: &mut Random) -> Value {
    json!({
        "name": format!("edge device {}", random.below(10_000)),
        "description": "Installed behind the second cabinet.",
        "refresh-interval": 60 + random.below(4) * 30,
        "capabilities": ["NUVLA_JOB_PULL", "NUVLA_HEARTBEAT"],
    })
}

fn failure(random: &mut Random) -> Failure {
    match random.below(6) {
        0 => Failure::new(Reason::Error).because("connection to the device was lost"),
        1 => Failure::new(Reason::Status).with_status(if random.one_in(2) { 404 } else { 503 }),
        2 => Failure::new(Reason::Panic).because("index out of bounds: the len is 3 but the index is 7"),
        3 => Failure::new(Reason::Cancelled),
        4 => Failure::new(Reason::Timeout),
        _ => Failure::new(Reason::Abandoned),
    }
}

impl Random {
    /// True once in `times` on average.
    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `choices`, which are not empty.
    fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }

    fn pick_or_none<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        (!choices.is_empty()).then(|| self.pick(choices))
    }

    /// The text of a random UUID, version 4.
    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn events_are_about_one_kilobyte_and_read_back() {
        let entries = Generator::new(1).events(2_000);
        let bytes: usize = entries.iter().map(|entry| entry.document.len()).sum();
        let mean = bytes / entries.len();
        assert!((900..1_150).contains(&mean), "{mean} bytes on average");
        for entry in &entries {
            let event = Event::from_document(&entry.document).unwrap();
            assert_eq!(serde_json::to_vec(&event).unwrap(), *entry.document);
        }
    }

    #[test]
    fn every_closing_follows_its_opening_and_no_id_stands_twice() {
        let mut seen = HashSet::new();
        let mut closings = 0;
        for entry in Generator::new(2).events(5_000) {
            if entry.kind == EntryKind::Closing {
                closings += 1;
                assert!(seen.contains(&entry.id.opening()), "{} has no opening", entry.id);
            }
            assert!(seen.insert(entry.id), "{} stands twice", entry.id);
        }
        assert!(closings > 1_500, "{closings} closings");
    }
}
