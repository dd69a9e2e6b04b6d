//! The floor: what nobody can do better without giving up durability. Bytes appended by one thread to a
//! pre-allocated file, with group commit and `fdatasync`; no index, no ids, no search.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

/// Written with zeros before anything is measured: so no append changes the file's size or extents.
const FILE_BYTES: usize = 256 << 20;

/// A file that is appended to; at its end it starts over, which is as cheap as going on.
#[derive(Debug)]
pub(crate) struct FloorLog {
    file: File,
    at: usize,
    group: Vec<u8>,
}

impl FloorLog {
    /// A new file, allocated.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        let zeros = vec![0; 1 << 20];
        for at in (0..FILE_BYTES).step_by(zeros.len()) {
            file.write_all_at(&zeros, at as u64)?;
        }
        file.sync_all()?;
        Ok(Self { file, at: 0, group: Vec::new() })
    }

    /// Makes documents durable: one write, one `fdatasync`.
    pub(crate) fn append<'d>(&mut self, documents: impl IntoIterator<Item = &'d [u8]>) -> io::Result<()> {
        self.group.clear();
        documents.into_iter().for_each(|document| self.group.extend_from_slice(document));
        if self.at + self.group.len() > FILE_BYTES {
            self.at = 0;
        }
        self.file.write_all_at(&self.group, self.at as u64)?;
        self.at += self.group.len();
        self.file.sync_data()
    }
}

type Waiting = (Vec<u8>, oneshot::Sender<()>);

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Waiting>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

impl Queue {
    fn take(&self) -> Option<Vec<Waiting>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = self.filled.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
        (!state.waiting.is_empty()).then(|| std::mem::take(&mut state.waiting))
    }
}

/// The log behind a thread that commits in groups.
#[derive(Debug)]
pub(crate) struct Floor {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Floor {
    /// A new file, and its thread.
    pub(crate) fn start(path: &Path) -> io::Result<Self> {
        let mut log = FloorLog::create(path)?;
        let queue = Arc::new(Queue::default());
        let taken = queue.clone();
        let thread = thread::Builder::new().name("floor".to_owned()).spawn(move || {
            while let Some(group) = taken.take() {
                log.append(group.iter().map(|(document, _)| document.as_slice()))?;
                for (_, waiter) in group {
                    // A writer that is gone does not want to know.
                    let _ = waiter.send(());
                }
            }
            Ok(())
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Ready when the document is durable; false when the file failed.
    pub(crate) async fn append(&self, document: Vec<u8>) -> bool {
        let (sender, durable) = oneshot::channel();
        self.queue.state.lock().unwrap_or_else(PoisonError::into_inner).waiting.push((document, sender));
        self.queue.filled.notify_one();
        durable.await.is_ok()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.queue.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.queue.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // What failed was answered to the writers.
            let _ = thread.join();
        }
    }
}
