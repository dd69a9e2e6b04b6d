//! The named steps of everything that changes what is on disk.

use std::{fmt, sync::Arc};

macro_rules! steps {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// A moment in which a crash leaves something half done. Tests stop the process in each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Step {
            $($(#[$doc])+ $name,)+
        }

        impl Step {
            /// Every step.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name, as it stands in the source.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

steps! {
    /// Start-up: this process holds the lock.
    StartLocked,
    /// Start-up: the journal can be read and has its tables.
    StartJournalOpened,
    /// Start-up: the un-sealed events are in memory again.
    StartReplayed,
    /// Start-up: files whose events stand elsewhere are gone.
    StartCleared,
    /// Append: the transaction has begun.
    AppendBegun,
    /// Append: the events are written, not committed.
    AppendWritten,
    /// Append: the events are durable, nobody knows yet.
    AppendCommitted,
    /// Append: the events are visible to searches.
    AppendVisible,
    /// Sealing: a segment file was created.
    SealBegun,
    /// Sealing: its documents are written.
    SealDocumentsWritten,
    /// Sealing: all of it is written.
    SealFileWritten,
    /// Sealing: it is durable.
    SealFileSynced,
    /// Sealing: its registration and the removal of its events from the journal are written, not committed.
    SealRegistered,
    /// Sealing: they are committed.
    SealCommitted,
    /// Merging: the file of the merged segment was created.
    MergeBegun,
    /// Merging: it is durable.
    MergeFileSynced,
    /// Merging: its registration in place of its parts is written, not committed.
    MergeRegistered,
    /// Merging: it is committed.
    MergeCommitted,
    /// Merging: the files of the parts are about to go.
    MergePartsDropped,
    /// Dropping a month: written, not committed.
    DropRegistered,
    /// Dropping a month: committed, its files are about to go.
    DropCommitted,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Called at every step, by the thread that takes it.
#[derive(Clone, Default)]
pub(crate) struct Observer(pub(crate) Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl Observer {
    pub(crate) fn at(&self, step: Step) {
        if let Some(observe) = &self.0 {
            observe(step);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer(set)" } else { "Observer(none)" })
    }
}
