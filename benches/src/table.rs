//! The peer: an ordinary indexed SQLite table, as people write one for their audit log. A row per event,
//! a column and an index for each thing that is searched by, the document as JSON, WAL and
//! `synchronous=FULL`. In its favour: one writer thread, a prepared statement, and group commit.

use std::{
    path::Path,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use events::Event;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::Result;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE event (
        id TEXT PRIMARY KEY, event_type TEXT, timestamp TEXT, resource_href TEXT, resource_type TEXT, category TEXT,
        severity TEXT, user_id TEXT, session_id TEXT, root TEXT, owner TEXT, document TEXT
    );
    CREATE INDEX event_by_type ON event (event_type, timestamp);
    CREATE INDEX event_by_time ON event (timestamp);
    CREATE INDEX event_by_href ON event (resource_href, timestamp);
    CREATE INDEX event_by_resource_type ON event (resource_type, timestamp);
    CREATE INDEX event_by_category ON event (category, timestamp);
    CREATE INDEX event_by_severity ON event (severity, timestamp);
    CREATE INDEX event_by_user ON event (user_id, timestamp);
    CREATE INDEX event_by_session ON event (session_id, timestamp);
    CREATE INDEX event_by_root ON event (root);
";

const INSERT: &str = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

type Waiting = (Event, oneshot::Sender<()>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<(Vec<Waiting>, bool)>,
    filled: Condvar,
}

/// The table behind a thread that commits in groups.
#[derive(Debug)]
pub(crate) struct Table {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<rusqlite::Result<()>>>,
}

impl Table {
    /// A new table that holds `rows` events already.
    pub(crate) fn start(path: &Path, events: &[[Event; 2]], rows: u64) -> Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        let ids = Ids::default();
        let filling = connection.transaction()?;
        let stored = events.iter().flatten().cycle().take(usize::try_from(rows)?);
        stored.into_iter().try_for_each(|event| insert(&filling, &ids, event))?;
        filling.commit()?;
        let queue = Arc::new(Queue::default());
        let taken = queue.clone();
        let thread = thread::Builder::new().name("table".to_owned()).spawn(move || {
            while let Some(group) = taken.take() {
                let transaction = connection.transaction()?;
                group.iter().try_for_each(|(event, _)| insert(&transaction, &ids, event))?;
                transaction.commit()?;
                for (_, waiter) in group {
                    // A writer that is gone does not want to know.
                    let _ = waiter.send(());
                }
            }
            Ok(())
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Ready when the event is durable; false when the table failed.
    pub(crate) async fn insert(&self, event: Event) -> bool {
        let (sender, durable) = oneshot::channel();
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).0.push((event, sender));
        self.queue.filled.notify_one();
        durable.await.is_ok()
    }
}

impl Queue {
    fn take(&self) -> Option<Vec<Waiting>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |(waiting, closed): &mut (Vec<Waiting>, bool)| waiting.is_empty() && !*closed;
        let mut waiting = self.filled.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        (!waiting.0.is_empty()).then(|| std::mem::take(&mut waiting.0))
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.queue.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // What failed was answered to the writers.
            let _ = thread.join();
        }
    }
}

/// Primary keys: the recorded ids repeat, the table's must not. Random in their first half, as UUIDs are.
#[derive(Debug, Default)]
struct Ids(AtomicU64);

impl Ids {
    fn next(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        format!("event/{:016x}{number:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

fn insert(connection: &Connection, ids: &Ids, event: &Event) -> rusqlite::Result<()> {
    // An event is maps with string keys, strings and numbers: writing it cannot fail.
    let document = serde_json::to_string(event).unwrap_or_default();
    let text = |claim: &Option<events::Claim>| claim.as_ref().map(ToString::to_string);
    connection.prepare_cached(INSERT)?.execute(params![
        ids.next(),
        event.event_type.as_str(),
        event.timestamp.to_string(),
        event.resource.href,
        event.resource.resource_type,
        event.category,
        event.severity.as_str(),
        text(&event.authn_info.user_id),
        text(&event.authn_info.session_id),
        event.root.map(|root| root.to_string()),
        text(&event.authn_info.active_claim),
        document,
    ])?;
    Ok(())
}
