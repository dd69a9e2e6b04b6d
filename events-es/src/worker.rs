//! The threads on which everything that talks to the server runs.

use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// A small runtime: callers may be on any other, or on none.
pub(crate) struct Worker(Option<Runtime>);

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// Two threads: while one makes a batch ready, the other keeps requests going.
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("events-es").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs `work` until it ends, or until what this answers is dropped.
    pub(crate) fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Running<T> {
        Running(self.0.as_ref().map(|runtime| runtime.spawn(work)))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Waiting for its threads may not be allowed here: this may be another runtime's.
            runtime.shutdown_background();
        }
    }
}

/// Work on the threads of a [`Worker`]; none where it panicked or they have ended. Dropped, it is given up.
pub(crate) struct Running<T>(Option<JoinHandle<T>>);

impl<T> Future for Running<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<T>> {
        match &mut self.0 {
            Some(handle) => Pin::new(handle).poll(task).map(Result::ok),
            None => Poll::Ready(None),
        }
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.abort();
        }
    }
}
