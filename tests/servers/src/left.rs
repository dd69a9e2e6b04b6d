//! Servers that go on without who started them.

use std::path::Path;

use crate::installation::Installation;
use crate::kind::Kind;
use crate::ready;
use crate::run_folder::RunFolder;

/// A server that was [left](crate::Disposable::leave) to a workspace.
#[derive(Clone, Debug)]
pub struct Left {
    folder: RunFolder,
}

impl Left {
    pub(crate) fn of(folder: &RunFolder) -> Self {
        Self { folder: folder.clone() }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.folder.kind
    }

    /// Where it is: a URL, or `host:port` of a Kafka.
    pub fn address(&self) -> String {
        self.kind().address(self.folder.port().unwrap_or_default())
    }

    /// The id of its process.
    pub fn pid(&self) -> Option<i32> {
        self.folder.pid().map(|pid| pid.as_raw_nonzero().get())
    }

    /// Whether it takes requests.
    pub fn is_ready(&self) -> bool {
        let port = self.folder.port().unwrap_or_default();
        match self.kind() {
            Kind::Kafka => ready::kafka(port),
            _ => ready::elasticsearch(port),
        }
    }

    /// Ends it and removes its data.
    pub fn end(self) {
        self.folder.remove();
    }
}

/// The servers that run for this workspace.
pub fn left_running(installation: &Installation, workspace: &Path) -> Vec<Left> {
    let folders = RunFolder::all(&installation.cache).into_iter();
    let ours = folders.filter(|folder| folder.workspace().as_deref() == Some(workspace) && folder.pid().is_some());
    ours.map(|folder| Left { folder }).collect()
}

/// Ends what nobody answers for any more: servers whose holder died, or whose workspace is gone; and removes
/// the folders of servers that ended by themselves.
pub fn sweep(installation: &Installation) {
    for folder in RunFolder::all(&installation.cache) {
        let is_kept = match folder.workspace() {
            Some(workspace) => workspace.is_dir() && folder.pid().is_some(),
            None => folder.is_held(),
        };
        if !is_kept {
            folder.remove();
        }
    }
}
