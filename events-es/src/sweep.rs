//! Closing what a process left open that is gone.

use std::sync::Arc;

use events_core::{Entry, SearchError, Seq, Sequenced, Source};

use crate::{
    deliver::{self, Outcome},
    handle::Server,
    lease::{self, Kept},
    open_operations::OpenOperations,
};

/// Closes what the processes of a dead lease left open, but deferred operations whose deadline is to come.
/// The lease goes when nothing is left.
///
/// Several processes may do so at once: of two closings of an operation the server takes one, and who wrote
/// that passes it on to its own other relays. Only those of a process that ends between the two lack it.
pub(crate) async fn sweep(server: Arc<Server>, source: Source, dead: Kept) {
    let (journal, holder) = (&dead.lease.journal, &dead.lease.holder);
    match close_all(&server, &source, &dead).await {
        Ok(Swept { closed, left }) => {
            if closed > 0 {
                tracing::warn!(closed, %journal, "closed operations that {holder} left open: it is gone");
            }
            if left == 0
                && let Err(error) = lease::remove(&server, &dead).await
            {
                tracing::warn!(%error, %journal, "the lease of a process that is gone cannot be removed yet");
            }
        }
        Err(error) => tracing::error!(%error, %journal, "what {holder} left open cannot be closed yet"),
    }
}

#[derive(Debug, Default)]
struct Swept {
    closed: usize,
    left: usize,
}

async fn close_all(server: &Server, source: &Source, dead: &Kept) -> Result<Swept, SearchError> {
    let mut swept = Swept::default();
    let mut open = OpenOperations::of(server, &dead.lease.processes, dead.lease.open_from).await?;
    while let Some(openings) = open.next(server).await? {
        let mut closings: Vec<Entry> = Vec::with_capacity(openings.len());
        for (id, opening) in openings {
            match source.closing_of_the_dead(&opening) {
                Ok(Some(closing)) => closings.push(closing),
                Ok(None) => swept.left += 1,
                Err(error) => {
                    tracing::error!(%error, %id, "an open operation cannot be closed");
                    swept.left += 1;
                }
            }
        }
        // Whoever was silent for long may be back, and what it opens since is its own.
        if !lease::is_unchanged(server, dead, source.lease()).await.map_err(SearchError::unavailable)? {
            swept.left += closings.len();
            return Ok(swept);
        }
        let unnumbered = |entry: &Entry| Sequenced { seq: Seq(0), id: entry.id, document: entry.document.clone() };
        let batch: Vec<Sequenced> = closings.iter().map(unnumbered).collect();
        for (outcome, closing) in deliver::send(server, &batch).await.into_iter().zip(closings) {
            match outcome {
                Outcome::Stored => {
                    swept.closed += 1;
                    source.adopt(closing);
                }
                // Somebody else was faster.
                Outcome::AlreadyThere | Outcome::Taken(_) => {}
                Outcome::Retry(_) | Outcome::Rejected(_) => swept.left += 1,
            }
        }
    }
    Ok(swept)
}
