//! Where the events of the processes go beside their journal.

use events::{Builder, EventId};

use crate::fleet::Documents;

/// Destinations of relays, for the processes that die as for those that start after them.
pub(crate) trait Beside {
    /// What a child is told of it.
    fn environment(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// A manager that delivers there.
    fn set_up(&self, builder: Builder) -> Builder {
        builder
    }

    /// What has to be there when a process has died: the handlers of these operations ran.
    fn check_death(&self, what: &str, ran: &[EventId]) {
        let _ = (what, ran);
    }

    /// What has to be there when the next process has delivered everything.
    fn check_delivered(&self, what: &str, journal: &Documents) {
        let _ = (what, journal);
    }
}

/// The journal alone.
pub(crate) struct Nothing;

impl Beside for Nothing {}

/// What the child was told.
pub(crate) fn of_environment() -> Box<dyn Beside> {
    #[cfg(feature = "elasticsearch")]
    if let Some(server) = crate::server::Server::of_environment() {
        return Box::new(server);
    }
    Box::new(Nothing)
}
