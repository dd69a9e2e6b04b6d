//! The folder of one server that runs, and what it says about it.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::cache::Cache;
use crate::kind::Kind;
use crate::ready;

/// A killed server is gone after this long at most, or something is wrong with the machine.
const LIMIT: Duration = Duration::from_secs(30);

/// The folder of one server: its data and settings, and beside them
///
/// - `held`, locked for as long as the process lives that started it;
/// - `pid`, of the leader of its process group;
/// - `ports`, the two that it listens on;
/// - `workspace`, where it goes on without who started it: for whom.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
}

impl RunFolder {
    /// A new one, and the lock that says that this process holds it.
    pub(crate) fn create(cache: &Cache, kind: Kind) -> io::Result<(Self, File)> {
        let name = format!("{}_{:016x}", kind.slug(), RandomState::new().hash_one(kind));
        let path = cache.runs().join(name);
        fs::create_dir(&path)?;
        let folder = Self { kind, path };
        // Locked before anybody can find it.
        let unlocked = folder.path.join("holding");
        let held = File::create(&unlocked)?;
        held.lock()?;
        fs::rename(unlocked, folder.path.join("held"))?;
        Ok((folder, held))
    }

    /// All there are, whoever they belong to.
    pub(crate) fn all(cache: &Cache) -> Vec<Self> {
        let entries = fs::read_dir(cache.runs()).into_iter().flatten().flatten();
        let of_entry = |entry: fs::DirEntry| {
            let name = entry.file_name();
            let (slug, _) = name.to_str()?.split_once('_')?;
            Some(Self { kind: Kind::of_slug(slug)?, path: entry.path() })
        };
        entries.filter_map(of_entry).collect()
    }

    /// Whether the process that started it is there and has not left it to a workspace.
    pub(crate) fn is_held(&self) -> bool {
        // Without the file the folder is being made right now.
        File::open(self.path.join("held")).map_or(true, |held| held.try_lock().is_err())
    }

    pub(crate) fn set_pid(&self, pid: u32) -> io::Result<()> {
        fs::write(self.path.join("pid"), pid.to_string())
    }

    /// The leader of the server's process group, where it runs.
    pub(crate) fn pid(&self) -> Option<Pid> {
        let pid = Pid::from_raw(self.read("pid")?)?;
        // The number may have gone to another process since: the server's command line names this folder.
        let command_line = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).ok()?;
        let folder = self.path.as_os_str().as_bytes();
        command_line.windows(folder.len()).any(|window| window == folder).then_some(pid)
    }

    pub(crate) fn set_ports(&self, [first, second]: [u16; 2]) -> io::Result<()> {
        fs::write(self.path.join("ports"), format!("{first}\n{second}\n"))
    }

    /// The port for clients.
    pub(crate) fn port(&self) -> Option<u16> {
        self.read("ports")
    }

    /// What stands in the first line of one of the files.
    fn read<T: FromStr>(&self, file: &str) -> Option<T> {
        fs::read_to_string(self.path.join(file)).ok()?.lines().next()?.parse().ok()
    }

    pub(crate) fn set_workspace(&self, workspace: &Path) -> io::Result<()> {
        fs::write(self.path.join("workspace"), workspace.as_os_str().as_bytes())
    }

    pub(crate) fn workspace(&self) -> Option<PathBuf> {
        let path = fs::read(self.path.join("workspace")).ok()?;
        Some(PathBuf::from(std::ffi::OsStr::from_bytes(&path)))
    }

    /// Kills the server, with all its processes, if it runs; returns when nobody answers on its port any more.
    pub(crate) fn kill(&self) {
        let start = Instant::now();
        while let Some(pid) = self.pid() {
            // It may have ended just now.
            let _ = kill_process_group(pid, Signal::KILL);
            if !pause(start) {
                return;
            }
        }
        // The leader may have been a mere launcher.
        while self.port().is_some_and(ready::is_open) && pause(start) {}
    }

    /// Kills the server and removes the folder.
    pub(crate) fn remove(&self) {
        self.kill();
        let start = Instant::now();
        // A process that is being killed can still add a file.
        while fs::remove_dir_all(&self.path).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) && pause(start)
        {
        }
    }
}

/// Waits a moment; whether there is time for more of them.
fn pause(since: Instant) -> bool {
    thread::sleep(Duration::from_millis(20));
    since.elapsed() < LIMIT
}
