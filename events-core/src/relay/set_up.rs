//! What the builder is told of relays, what can be wrong with it, and how they start.

use std::{
    io,
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use tokio::sync::oneshot;

use super::{
    Relay, Relays,
    run::{self, Start},
};
use crate::{
    acknowledgement::{Ack, Confirmations},
    destination::{Destination, NotReady},
    journal::Journal,
    limits::from_now,
    manager::Shared,
    opaque::Opaque,
    own_first::OwnFirst,
    registry::{Problem, Registry},
    search::Search,
};

/// Where events are delivered to, who confirms them, where they are searched.
#[derive(Default)]
pub(crate) struct SetUp {
    pub(crate) destinations: Vec<Arc<dyn Destination>>,
    pub(crate) acknowledge: Ack,
    pub(crate) search_in: Option<String>,
}

impl SetUp {
    fn named(&self, name: &str) -> Option<&Arc<dyn Destination>> {
        self.destinations.iter().find(|destination| destination.name() == name)
    }

    /// Everything that is wrong.
    pub(crate) fn problems(&self, registry: &Registry) -> Vec<Problem> {
        let mut problems = Vec::new();
        let names: Vec<&str> = self.destinations.iter().map(|destination| destination.name()).collect();
        for (place, name) in names.iter().enumerate() {
            if names[..place].contains(name) {
                problems.push(Problem::SameRelay { name: (*name).to_owned() });
            }
        }
        let no_relay = |asked_by, name: &str| {
            let relays = names.iter().map(|name| (*name).to_owned()).collect();
            Problem::NoRelay { asked_by, name: name.to_owned(), relays }
        };
        if let Ack::Delivered(name) = self.acknowledge
            && self.named(name).is_none()
        {
            problems.push(no_relay("acknowledge", name));
        }
        if let Some(name) = &self.search_in {
            match self.named(name) {
                None => problems.push(no_relay("search_in", name)),
                Some(destination) if destination.search().is_none() => {
                    problems.push(Problem::NotSearchable { relay: name.clone() });
                }
                Some(_) => {}
            }
        }
        for destination in &self.destinations {
            let problem = |why| Problem::NotDeliverable { relay: destination.name().to_owned(), why };
            problems.extend(destination.problems(registry).into_iter().map(problem));
        }
        problems
    }

    /// Where to search.
    pub(crate) fn search(&self, journal: &dyn Journal) -> Arc<dyn Search> {
        let own = journal.search();
        match self.search_in.as_ref().and_then(|name| self.named(name)?.search()) {
            Some(elsewhere) => Arc::new(OwnFirst { own, elsewhere }),
            None => own,
        }
    }

    /// The relays, and who waits for one of them.
    pub(crate) fn relays(self) -> (Relays, Option<Arc<Confirmations>>) {
        let confirmations = match self.acknowledge {
            Ack::Journal => None,
            Ack::Delivered(name) => Some(Arc::new(Confirmations::by(name))),
        };
        let relay = |destination: Arc<dyn Destination>| {
            let confirms = |confirmations: &&Arc<Confirmations>| confirmations.destination() == destination.name();
            let confirmations = confirmations.as_ref().filter(confirms).cloned();
            Arc::new(Relay::new(destination, confirmations))
        };
        (Relays(self.destinations.into_iter().map(relay).collect()), confirmations)
    }
}

/// A relay whose thread runs, and waits for the others.
struct Started<'r> {
    relay: &'r Relay,
    ready: mpsc::Receiver<Result<(), NotReady>>,
    go: oneshot::Sender<()>,
}

impl Relays {
    /// Starts the threads and asks every destination to get ready. Those that are away or slow are no problem.
    pub(crate) fn start(&self, shared: &Opaque<Shared>) -> io::Result<Vec<Problem>> {
        let until = from_now(shared.limits.relay_start);
        let mut started = Vec::new();
        for relay in &self.0 {
            let (tell, ready) = mpsc::channel();
            let (go, told) = oneshot::channel();
            let start = Start { ready: Some(tell), go: Some(told) };
            let (of_thread, shared) = (Arc::clone(relay), shared.clone());
            let name = format!("events-relay-{}", relay.name().replace('\0', ""));
            thread::Builder::new().name(name).spawn(move || run::run(&of_thread, &shared, start))?;
            started.push(Started { relay, ready, go });
        }
        let mut problems = Vec::new();
        for Started { relay, ready, .. } in &started {
            let relay = relay.name();
            match ready.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Err(NotReady::Misconfigured(why))) => {
                    problems.push(Problem::Misconfigured { relay: relay.to_owned(), why });
                }
                Ok(Ok(()) | Err(NotReady::Later(_))) => {}
                Err(_) => tracing::warn!(relay, "a destination is not ready yet: the journal keeps what waits for it"),
            }
        }
        if problems.is_empty() {
            // A thread that has ended already needs no word.
            for Started { go, .. } in started {
                let _ = go.send(());
            }
        }
        Ok(problems)
    }
}
