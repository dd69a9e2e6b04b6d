//! Where fetched servers stay, for all clones on this machine.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::java::Java;
use crate::kind::Kind;
use crate::lookup::set;
use crate::maven;

const NAME: &str = "events-servers";

/// The folder that keeps them, and the folders of those that run.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The user's cache, unless it is closed to whom the servers run as; then the system's.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be made.
    pub(crate) fn open(account: &Account) -> Result<Self, String> {
        let of_user = set("XDG_CACHE_HOME").map(PathBuf::from);
        let of_home = env::home_dir().map(|home| home.join(".cache"));
        let of_system = Some(PathBuf::from("/var/cache"));
        let open = |folder: &PathBuf| folder.is_absolute() && account.blocked_at(&existing(folder)).is_none();
        let Some(caches) = [of_user, of_home, of_system].into_iter().flatten().find(open) else {
            return Err("a cache folder that the user of the servers can reach; point XDG_CACHE_HOME to one".to_owned());
        };
        let cache = Self { folder: caches.join(NAME) };
        let runs = cache.runs();
        fs::create_dir_all(&runs).map_err(|error| format!("{} cannot be made: {error}", runs.display()))?;
        for folder in [&cache.folder, &runs] {
            // Where the umask closes it. A folder of somebody else is for its owner to open.
            let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
        }
        Ok(cache)
    }

    /// Where the folders of running servers are.
    pub(crate) fn runs(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// A server as it was fetched, where it was.
    pub(crate) fn fetched(&self, kind: Kind) -> Option<PathBuf> {
        Some(self.folder.join(kind.slug())).filter(|tree| tree.is_dir())
    }

    /// A server as it was fetched; fetches it now if it was not.
    ///
    /// # Errors
    /// It cannot be fetched or kept.
    pub(crate) fn fetch(&self, kind: Kind, java: &Java, account: &Account) -> Result<PathBuf, String> {
        if let Some(tree) = self.fetched(kind) {
            return Ok(tree);
        }
        let failed = |error| format!("{kind} cannot be kept in {}: {error}", self.folder.display());
        // One at a time, also across processes: Maven's own cache does not like two. Unlocked when it is closed.
        let lock = File::create(self.folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        if let Some(tree) = self.fetched(kind) {
            return Ok(tree);
        }
        let partial = self.folder.join(format!("{}.partial", kind.slug()));
        if partial.exists() {
            fs::remove_dir_all(&partial).map_err(failed)?;
        }
        fs::create_dir(&partial).map_err(failed)?;
        maven::bring(kind, java, &partial)?;
        account.own(&partial).map_err(failed)?;
        let tree = self.folder.join(kind.slug());
        fs::rename(&partial, &tree).map_err(failed)?;
        Ok(tree)
    }
}

/// The part of a path that exists.
fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|path| path.exists()).unwrap_or(path).to_path_buf()
}
