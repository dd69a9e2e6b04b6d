//! A server to measure: one of our own, or one that the environment points to.

use std::fmt;

use events_test_servers::{Disposable, Installation, Kind};

use crate::Result;

/// One of our own ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    kind: Kind,
    address: String,
    own: Option<Disposable>,
}

impl Server {
    /// The server that the variable of one of these kinds points to; else the first of them that can run here.
    ///
    /// # Errors
    /// None can run here, or it does not start.
    pub(crate) fn ready(kinds: &[Kind]) -> Result<Self> {
        for kind in kinds {
            let pointed_to = std::env::var(kind.variable()).ok().filter(|address| !address.is_empty());
            if let Some(address) = pointed_to {
                return Ok(Self { kind: *kind, address, own: None });
            }
        }
        let variable = kinds.first().map(|kind| kind.variable()).unwrap_or_default();
        let cannot =
            |why: String| format!("these rows need a server: {why}; or point {variable} to one that runs already");
        let installation =
            Installation::of_this_machine().map_err(|lacking| cannot(format!("there is no {lacking}")))?;
        if let Some(lack) = installation.lacks(kinds).into_iter().next() {
            return Err(cannot(format!("this machine lacks {}: {}", lack.what, lack.remedy)).into());
        }
        // Something can run: nothing is lacking.
        let kind =
            kinds.iter().copied().find(|kind| installation.why_not(*kind).is_none()).ok_or("no kind of server")?;
        eprintln!("  {kind} starts");
        let own = Disposable::start(&installation, kind, &[]).map_err(cannot)?;
        Ok(Self { kind, address: own.address().to_owned(), own: Some(own) })
    }

    /// A URL, or `host:port` of a Kafka.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.own {
            Some(_) => self.kind.fmt(f),
            None => write!(f, "the {} of {}", self.kind.name(), self.kind.variable()),
        }
    }
}
