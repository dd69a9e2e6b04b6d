//! What a manager has worked out for each event type, once.

use std::sync::{
    PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    category::{CategoryRef, Severity},
    declaration::{CRUD, EventSpec, MessagePart, ResourceDeclaration},
    event::Phase,
    json,
    policy::{Decision, Outcomes},
};

/// An event type as a manager records it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) spec: &'static EventSpec,
    pub(crate) category: CategoryRef,
    /// What its documents start with, by phase: everything between the id and the timestamp.
    heads: [Box<[u8]>; 4],
    default_message: [MessagePart; 3],
    /// Whether its message quotes a detail.
    pub(crate) quotes_details: bool,
    enabled: AtomicBool,
    /// Whether there are any below. Nearly never; without them nobody asks for a lock that all threads share.
    chooses: AtomicBool,
    outcomes: RwLock<Option<Outcomes>>,
}

impl Plan {
    pub(crate) fn new(spec: &'static EventSpec, resource: Option<&ResourceDeclaration>) -> Self {
        let category = spec
            .category
            .or(resource.and_then(|resource| resource.spec.category))
            .unwrap_or(CategoryRef::BuiltIn(if CRUD.contains(&spec.operation) { "crud" } else { "action" }));
        let severity =
            spec.severity.or(resource.and_then(|resource| resource.spec.severity)).unwrap_or(Severity::Medium);
        let heads = [Phase::Requested, Phase::Completed, Phase::Failed, Phase::Occurred]
            .map(|phase| head(spec, category, severity, phase).into());
        let verb = match spec.operation {
            "add" => " added ",
            "edit" => " edited ",
            "delete" => " deleted ",
            operation => Box::leak(format!(" ran {operation} on ").into_boxed_str()),
        };
        Self {
            spec,
            category,
            heads,
            quotes_details: spec
                .message
                .is_some_and(|parts| parts.iter().any(|part| matches!(part, MessagePart::Detail(_)))),
            default_message: [MessagePart::Caller, MessagePart::Text(verb), MessagePart::Resource],
            enabled: AtomicBool::new(true),
            chooses: AtomicBool::new(false),
            outcomes: RwLock::new(None),
        }
    }

    pub(crate) fn head(&self, phase: Phase) -> &[u8] {
        &self.heads[phase as usize]
    }

    pub(crate) fn message(&self) -> &[MessagePart] {
        self.spec.message.unwrap_or(&self.default_message)
    }

    pub(crate) fn enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// The outcomes that are recorded, where not all are.
    pub(crate) fn outcomes(&self) -> Option<Outcomes> {
        if !self.chooses.load(Ordering::Relaxed) {
            return None;
        }
        self.outcomes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn decide(&self, decision: Decision) {
        let chooses = decision.outcomes.is_some();
        *self.outcomes.write().unwrap_or_else(PoisonError::into_inner) = decision.outcomes;
        self.chooses.store(chooses, Ordering::Relaxed);
        self.enabled.store(decision.enabled, Ordering::Relaxed);
    }
}

/// `","resource-type":"event","event-type":…,"severity":"high","timestamp":"`.
fn head(spec: &EventSpec, category: CategoryRef, severity: Severity, phase: Phase) -> Vec<u8> {
    let mut out = b"\",\"resource-type\":\"event\",\"event-type\":\"".to_vec();
    out.extend_from_slice(spec.event_type.as_bytes());
    if phase.closes() {
        out.push(b'.');
        out.extend_from_slice(phase.as_str().as_bytes());
    }
    let mut put = |name: &str, value: &str| {
        out.extend_from_slice(b"\",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":\"");
        json::escaped(&mut out, value);
    };
    put("phase", phase.as_str());
    put("category", category.name());
    if let Some(subcategory) = spec.subcategory {
        put("subcategory", subcategory);
    }
    put("severity", severity.as_str());
    out.extend_from_slice(b"\",\"timestamp\":\"");
    out
}
