//! Who may write: one process, by a lock of the operating system; inside it, one thread after the other.

use std::{
    fs::{File, TryLockError},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::error::StoreError;

/// The right to write to a folder. Ends with the process, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock(File);

impl Drop for FolderLock {
    /// A child process that was just forked holds the same open file until it runs its own program: closing
    /// the file here would leave the lock to it for that long.
    fn drop(&mut self) {
        // It ends with the file at the latest.
        let _ = self.0.unlock();
    }
}

impl FolderLock {
    pub(crate) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| StoreError::io(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(folder.display().to_string())),
            Err(TryLockError::Error(error)) => Err(StoreError::io(&path, error)),
        }
    }
}

/// Locks, also after a panic of another holder: what these mutexes protect is changed in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mutex that a busy thread cannot keep from another.
///
/// The standard mutex goes to whoever is running: the appending thread would take it again before the
/// sealing thread wakes. Here everybody waits at a turnstile, so whoever waits goes next.
#[derive(Debug, Default)]
pub(crate) struct FairMutex<T> {
    turnstile: Mutex<()>,
    inner: Mutex<T>,
}

impl<T> FairMutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { turnstile: Mutex::new(()), inner: Mutex::new(value) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let _turn = lock(&self.turnstile);
        lock(&self.inner)
    }
}
