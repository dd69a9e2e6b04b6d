//! The thread of the tails: it wakes who waits, and reads the journal for who is behind.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Progress,
    chunk::{BYTES, Chunk, EVENTS, Told},
    tails::{Read, Tails},
};
use crate::{
    journal::{Journal, JournalError, Seq},
    manager::Shared,
    opaque::Opaque,
    thread::{self, unharmed},
};

/// Who follows is woken no more often than this: of a thousand that wait, each costs something.
const PAUSE: Duration = Duration::from_millis(2);

/// Reads that are remembered: after a restart many go on at the same place.
const REMEMBERED: usize = 8;

/// After this long without a read they are forgotten.
const IDLE: Duration = Duration::from_secs(10);

pub(super) fn start(shared: &Opaque<Shared>) -> io::Result<()> {
    let (weak, journal) = (shared.downgrade(), shared.journal.clone());
    let mut reader = Reader { journal, remembered: VecDeque::new(), named: BTreeSet::new(), fails: false };
    let mut told_at = None;
    thread::start("events-tail", move || {
        // It ends when the manager closes the tails, at the latest with the manager itself.
        while let Some(shared) = weak.upgrade() {
            if !turn(&shared.tails, &mut reader, &mut told_at) {
                return;
            }
        }
    })
}

/// Does what is due, or waits for a while; false when there is nothing to do any more.
fn turn(tails: &Tails, reader: &mut Reader, told_at: &mut Option<Instant>) -> bool {
    let mut state = tails.lock();
    if state.closed {
        return false;
    }
    let (newest, told) = (state.newest, tails.told.borrow().newest);
    let has_news = told < newest;
    let pause = told_at.and_then(|at: Instant| (at + PAUSE).checked_duration_since(Instant::now()));
    if has_news && pause.is_none() {
        let latest = state.from(told.next()).map(Arc::new);
        drop(state);
        let through = latest.as_ref().map_or(newest, |chunk| chunk.through);
        // What is left of many is told at once.
        *told_at = (through >= newest).then(Instant::now);
        tails.told.send_if_modified(|progress: &mut Progress| {
            let is_news = progress.newest < through;
            if is_news {
                (progress.newest, progress.latest) = (through, latest);
            }
            is_news
        });
        return true;
    }
    if let Some(read) = state.reads.pop_front() {
        drop(state);
        reader.answer(read, newest);
        return true;
    }
    let wait = if has_news { pause.unwrap_or(PAUSE) } else { IDLE };
    let (state, waited) = tails.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
    drop(state);
    if waited.timed_out() && !has_news {
        reader.remembered.clear();
    }
    true
}

struct Reader {
    journal: Arc<dyn Journal>,
    /// By the number that they begin with.
    remembered: VecDeque<(Seq, Arc<Chunk>)>,
    /// Where damage begins that the log names.
    named: BTreeSet<Seq>,
    /// Whether the log says that the journal cannot be read now.
    fails: bool,
}

impl Reader {
    fn answer(&mut self, Read { from, answer }: Read, newest: Seq) {
        // Who does not wait any more needs nothing.
        if answer.is_closed() {
            return;
        }
        let remembered = self.remembered.iter().find(|(first, _)| *first == from).map(|(_, chunk)| chunk.clone());
        let chunk = match remembered {
            Some(chunk) => Ok(chunk),
            None => self.read(from, newest).map(Arc::new).inspect(|chunk| {
                self.remembered.truncate(REMEMBERED - 1);
                self.remembered.push_front((from, chunk.clone()));
            }),
        };
        // Nobody may be waiting any more.
        let _ = answer.send(chunk);
    }

    fn read(&mut self, from: Seq, newest: Seq) -> Result<Chunk, JournalError> {
        let read = catch_unwind(AssertUnwindSafe(|| self.journal.read(from, EVENTS, BYTES)));
        let read = read.unwrap_or_else(|_panic| Err(JournalError::Failed("the journal panicked".into())));
        let fails = matches!(&read, Err(error) if !matches!(error, JournalError::Damaged { .. }));
        let failed = std::mem::replace(&mut self.fails, fails);
        match read {
            Ok(events) => {
                let events: Vec<Arc<Told>> = events.into_iter().map(|event| Arc::new(event.into())).collect();
                // Where there are none, retention has dropped them.
                let through = events.last().map_or(newest, |event| event.seq);
                Ok(Chunk { from, events, through })
            }
            Err(JournalError::Damaged { next: Some(next), what, why }) if next > from => {
                if self.named.insert(from) {
                    unharmed(
                        || tracing::error!(first = %from, %next, %what, %why, "events cannot be read, so they are not told to who follows"),
                    );
                }
                Ok(Chunk { from, events: Vec::new(), through: Seq(next.0 - 1) })
            }
            Err(error @ JournalError::Damaged { .. }) => {
                if self.named.insert(from) {
                    unharmed(
                        || tracing::error!(first = %from, %error, "nobody knows how many events cannot be read: who follows from here is told to follow from now on"),
                    );
                }
                Err(error)
            }
            Err(error) => {
                if !failed {
                    unharmed(
                        || tracing::error!(%from, %error, "events cannot be read now: who follows waits for them"),
                    );
                }
                Err(error)
            }
        }
    }
}
