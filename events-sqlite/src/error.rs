//! What goes wrong in this store, and what callers are told.

use std::{io, path::Path, sync::Arc};

use events_core::{JournalError, SearchError, Seq};
use rusqlite::ErrorCode;

/// Like [`JournalError`], but can be told to several callers: whoever waits for a failed sealing learns its cause.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("there is no space left: {0}")]
    Full(String),
    #[error("the store may not be written: {0}")]
    ReadOnly(String),
    #[error("{0} is in use by another process")]
    InUse(String),
    #[error("{what} is damaged: {why}")]
    Damaged { what: String, why: String, next: Option<Seq> },
    #[error(transparent)]
    Failed(Arc<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    pub(crate) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(Arc::from(error.into()))
    }

    pub(crate) fn closed() -> Self {
        Self::failed("the store is closed: open it again")
    }

    pub(crate) fn damaged(what: &Path, why: impl ToString) -> Self {
        Self::Damaged { what: what.display().to_string(), why: why.to_string(), next: None }
    }

    /// Damage that was met by a read in order, which goes on behind it.
    pub(crate) fn read_on_from(self, seq: Seq) -> Self {
        match self {
            Self::Damaged { what, why, .. } => Self::Damaged { what, why, next: Some(seq) },
            other => other,
        }
    }

    /// Of the SQLite file in `folder`, when it is written.
    pub(crate) fn sqlite_write(folder: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // SQLite does not say why a write failed: a limit on the size of files looks like a broken disk.
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => match probe(folder) {
                Err(cause) => Self::io(folder, cause),
                Ok(()) => Self::failed(error),
            },
            _ => Self::sqlite(folder, error),
        }
    }

    /// Of the SQLite file in `folder`.
    pub(crate) fn sqlite(folder: &Path, error: rusqlite::Error) -> Self {
        let code = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => failure.code,
            _ => return Self::failed(error),
        };
        match code {
            ErrorCode::DiskFull => Self::Full(folder.display().to_string()),
            ErrorCode::ReadOnly => Self::ReadOnly(folder.display().to_string()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse(folder.display().to_string()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::damaged(&folder.join("journal.db"), error),
            _ => Self::failed(error),
        }
    }

    /// Of an operation on the file or folder at `path`.
    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let told = format!("{}: {error}", path.display());
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full(told),
            PermissionDenied | ReadOnlyFilesystem => Self::ReadOnly(told),
            _ => Self::Failed(Arc::new(io::Error::new(error.kind(), told))),
        }
    }
}

/// Writes one byte behind the end of the journal's log, to a file of its own, and learns what the system says.
fn probe(folder: &Path) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    let size = |name: &str| folder.join(name).metadata().map_or(0, |data| data.len());
    let end = size("journal.db").max(size("journal.db-wal"));
    let path = folder.join("probe");
    let result = std::fs::File::create(&path).and_then(|mut file| {
        file.seek(SeekFrom::Start(end))?;
        file.write_all(&[0; 8192])?;
        file.sync_all()
    });
    // What the probe says matters, not whether it could be removed.
    let _ = std::fs::remove_file(&path);
    result
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(told) => Self::Full(told),
            StoreError::ReadOnly(told) => Self::ReadOnly(told),
            StoreError::InUse(told) => Self::InUse(told),
            StoreError::Damaged { what, why, next } => Self::Damaged { what, why, next },
            StoreError::Failed(cause) => Self::Failed(Box::new(cause)),
        }
    }
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        Self::unavailable(JournalError::from(error))
    }
}
