//! Elasticsearch beside the journal.

use std::env;

use events::{Ack, Builder, EventId};

use crate::{
    beside::Beside,
    fleet::Documents,
    index::{Index, assert_holds},
};

const URL: &str = "EVENTS_TEST_URL";
const PREFIX: &str = "EVENTS_TEST_PREFIX";
const ACK: &str = "EVENTS_TEST_ACK";

/// Everything is delivered there, and handlers wait for it or not.
pub(crate) struct Server {
    pub(crate) index: Index,
    pub(crate) ack: Ack,
}

impl Server {
    /// As [`Beside::environment`] says it.
    pub(crate) fn of_environment() -> Option<Self> {
        let index = Index { url: env::var(URL).ok()?, prefix: env::var(PREFIX).ok()? };
        let ack = if env::var_os(ACK).is_some() { Ack::Delivered("elasticsearch") } else { Ack::Journal };
        Some(Self { index, ack })
    }
}

impl Beside for Server {
    fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![(URL, self.index.url.clone()), (PREFIX, self.index.prefix.clone())];
        if self.ack != Ack::Journal {
            environment.push((ACK, "elasticsearch".to_owned()));
        }
        environment
    }

    fn set_up(&self, builder: Builder) -> Builder {
        builder.relay_to(self.index.connect()).acknowledge(self.ack)
    }

    /// Whoever waited for it loses no opening, although the machine does not come back.
    fn check_death(&self, what: &str, ran: &[EventId]) {
        if self.ack != Ack::Journal {
            let there = self.index.documents();
            let missing = ran.iter().find(|id| !there.contains_key(id));
            assert_eq!(missing, None, "{what}: its handler ran before Elasticsearch had its opening");
        }
    }

    fn check_delivered(&self, what: &str, journal: &Documents) {
        assert_holds(what, journal, &self.index.documents());
    }
}
