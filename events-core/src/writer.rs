//! The thread that empties the queue into the journal, and says what became of each event.
//!
//! It commits in groups: while a batch is being made durable the next one gathers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use crate::{
    closing,
    journal::{AppendError, Appended, Entry, EntryKind, Journal, JournalError},
    manager::Shared,
    opaque::Opaque,
    queue::{FIRST_RETRY, Item, LAST_RETRY, Ticket},
    receipt::Answer,
    thread::unharmed,
};

/// The thread: takes batches until the queue is closed and empty, and closes the journal.
pub(crate) fn run(shared: &Opaque<Shared>) {
    let journal = &*shared.journal;
    let mut pause = FIRST_RETRY;
    if let Some(batch) = shared.queue.in_flight() {
        // This thread panicked before it had said what became of it: what is stored already is not stored again.
        not_taken(shared, &batch, &JournalError::Failed("who was told of it panicked".into()).unknown(), pause);
    }
    while let Some(batch) = shared.queue.take(shared.limits.batch_events, shared.limits.batch_bytes) {
        let entries: Vec<Entry> = batch.iter().map(|item| item.entry.clone()).collect();
        if let Some(confirmations) = &shared.confirmations {
            confirmations.expect(&batch);
        }
        match append(journal, &entries) {
            Ok(answers) => {
                shared.relays.appended();
                unharmed(|| shared.tails.appended(journal, &batch, &answers));
                if pause > FIRST_RETRY {
                    unharmed(|| tracing::info!("the event store takes events again"));
                }
                pause = FIRST_RETRY;
                shared.counters.commits.add(1);
                for (item, answer) in batch.iter().zip(answers) {
                    answered(shared, item, answer);
                }
                shared.queue.stored();
            }
            Err(error) => {
                not_taken(shared, &batch, &error, pause);
                pause = (pause * 2).min(LAST_RETRY);
            }
        }
    }
    if !unharmed(|| journal.close()) {
        unharmed(|| tracing::error!("the journal panicked while it was closed"));
    }
    shared.queue.finished();
}

/// A batch that the journal did not take, as far as it says, and that is tried again after a pause.
fn not_taken(shared: &Opaque<Shared>, batch: &[Item], error: &AppendError, pause: Duration) {
    if let Some(confirmations) = &shared.confirmations {
        confirmations.forget_all(batch);
    }
    shared.counters.append_failures.add(1);
    let log = || {
        // Once for each longer pause: a store that goes on failing must not fill the log.
        if pause < LAST_RETRY {
            tracing::error!(%error, events = batch.len(), retry_in = ?pause, "the event store did not take a batch");
        } else {
            tracing::debug!(%error, events = batch.len(), "the event store still takes nothing");
        }
    };
    // Where the disk is full, nobody may be able to take a line either.
    unharmed(log);
    shared.queue.failed(batch, error, pause);
    // Some of it may be stored all the same, or of a batch before it.
    shared.relays.appended();
    unharmed(|| shared.tails.appended(&*shared.journal, &[], &[]));
}

fn append(journal: &dyn Journal, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
    let appended = catch_unwind(AssertUnwindSafe(|| journal.append(entries)));
    let failed = |why: &str| JournalError::Failed(why.into()).unknown();
    let answers = appended.unwrap_or_else(|_panic| Err(failed("the journal panicked")))?;
    if answers.len() == entries.len() { Ok(answers) } else { Err(failed("the journal did not answer for every event")) }
}

/// One event of a batch that the journal took.
fn answered(shared: &Opaque<Shared>, item: &Item, appended: Appended) {
    let answer = match appended {
        Appended::Stored(_) => {
            shared.counters.stored.add(1);
            Answer::Stored
        }
        Appended::AlreadyStored | Appended::Noted => Answer::Stored,
        Appended::NoOpening => {
            if item.entry.kind == EntryKind::Closing {
                shared.counters.dropped_closings.add(1);
            }
            let (id, kind) = (item.entry.id, &item.entry.kind);
            unharmed(|| tracing::debug!(%id, ?kind, "it is dropped: its operation is not open"));
            Answer::NoOpening
        }
        Appended::Conflict { stored } => {
            if item.entry.kind == EntryKind::Closing {
                shared.counters.lost_closings.add(1);
                record_late_ending(shared, item, &stored);
            } else {
                shared.counters.conflicts.add(1);
                let id = item.entry.id;
                unharmed(|| tracing::error!(%id, "another event is stored under the id of a new one"));
            }
            Answer::Lost(Box::new(stored))
        }
    };
    if let Ticket::Closing(operation) = &item.ticket {
        operation.release();
    }
    match &shared.confirmations {
        Some(confirmations) if item.ticket.awaits_delivery() => match answer {
            Answer::Stored => confirmations.stored(item),
            answer => {
                confirmations.forget(item.entry.id);
                item.ticket.answer(answer);
            }
        },
        _ => item.ticket.answer(answer),
    }
}

/// A true ending that comes after `abandoned` or `timeout` is kept as an event of its own.
fn record_late_ending(shared: &Opaque<Shared>, item: &Item, stored: &[u8]) {
    match closing::late_ending(&item.entry.document, stored, shared.clock.now()) {
        Ok(Some(entry)) => {
            if shared.queue.push(Item::new(entry, Ticket::Kept(Arc::default()))) {
                shared.counters.late_endings.add(1);
            }
        }
        Ok(None) => {}
        Err(error) => {
            let id = item.entry.id;
            unharmed(|| tracing::error!(%error, %id, "an ending known late cannot be recorded"));
        }
    }
}
