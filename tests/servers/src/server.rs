//! A server that this process holds.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::guard::Guard;
use crate::installation::Installation;
use crate::java::Java;
use crate::kind::Kind;
use crate::left::Left;
use crate::lookup::{WITHOUT_SERVERS, is_left_out, say_untested};
use crate::run_folder::RunFolder;
use crate::{elasticsearch, kafka, ports, ready};

/// A server takes this long at most to start on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(180);

/// The newest that runs here is started.
const ELASTICSEARCH: [Kind; 2] = [Kind::Elasticsearch9, Kind::Elasticsearch8];

/// A server of one's own, to be killed, blocked or flooded. It ends when this is dropped, and when this
/// process ends, however it does.
#[derive(Debug)]
pub struct Disposable {
    installation: Installation,
    fetched: PathBuf,
    folder: RunFolder,
    ports: [u16; 2],
    settings: Vec<(String, String)>,
    address: String,
    child: Option<Child>,
    // Dropped when the server has ended already.
    guard: Option<Guard>,
    /// Locked until it is closed.
    _held: File,
}

impl Disposable {
    /// An empty Elasticsearch with these settings (`-E`), of the newest version that runs here; none where
    /// [`WITHOUT_SERVERS`] leaves it out.
    ///
    /// # Panics
    /// It does not start; the message says why.
    pub fn elasticsearch(settings: &[(&str, &str)]) -> Option<Self> {
        Self::of_test(&ELASTICSEARCH, settings, None)
    }

    /// An empty Elasticsearch that lets everybody do what this role says, in JSON, and nothing else. It needs `monitor`:
    /// without it nobody can ask whether the server has started. None where [`WITHOUT_SERVERS`] leaves it out.
    ///
    /// # Panics
    /// It does not start; the message says why.
    pub fn elasticsearch_for(role: &str) -> Option<Self> {
        Self::of_test(&ELASTICSEARCH, &elasticsearch::SECURED, Some(role))
    }

    /// An empty Kafka with these settings in its `server.properties`; none where [`WITHOUT_SERVERS`] leaves it
    /// out.
    ///
    /// # Panics
    /// It does not start; the message says why.
    pub fn kafka(settings: &[(&str, &str)]) -> Option<Self> {
        Self::of_test(&[Kind::Kafka], settings, None)
    }

    fn of_test(kinds: &[Kind], settings: &[(&str, &str)], role: Option<&str>) -> Option<Self> {
        if kinds.iter().all(|kind| is_left_out(*kind)) {
            say_untested(&format!("a server of its own, {}", kinds[0].name()));
            return None;
        }
        let start = || {
            let installation = Installation::of_this_machine()?;
            let kind = kinds.iter().find(|kind| installation.why_not(**kind).is_none()).unwrap_or(&kinds[0]);
            Self::start_for(&installation, *kind, settings, role)
        };
        let started = start();
        Some(started.unwrap_or_else(|why| {
            panic!("this test needs a server of its own: {why}; {WITHOUT_SERVERS}=1 leaves it out")
        }))
    }

    /// Starts an empty server, fetching it first where that has not been done. Returns when it takes requests.
    ///
    /// # Errors
    /// Why it cannot be fetched or does not start.
    pub fn start(installation: &Installation, kind: Kind, settings: &[(&str, &str)]) -> Result<Self, String> {
        Self::start_for(installation, kind, settings, None)
    }

    fn start_for(
        installation: &Installation,
        kind: Kind,
        settings: &[(&str, &str)],
        role: Option<&str>,
    ) -> Result<Self, String> {
        let java = installation.java(kind)?;
        let fetched = installation.cache.fetch(kind, java, &installation.account)?;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings: Vec<(String, String)> = settings.iter().map(owned).collect();
        let mut tries_left = 3;
        loop {
            let mut server = Self::prepare(installation, kind, java, &fetched, settings.clone(), role)
                .map_err(|error| format!("{kind} cannot be started: {error}"))?;
            match server.launch() {
                Ok(()) => return Ok(server),
                // Somebody took a port in the meantime.
                Err(why) if why.contains("Address already in use") && tries_left > 1 => tries_left -= 1,
                Err(why) => return Err(why),
            }
        }
    }

    fn prepare(
        installation: &Installation,
        kind: Kind,
        java: &Java,
        fetched: &Path,
        settings: Vec<(String, String)>,
        role: Option<&str>,
    ) -> io::Result<Self> {
        let (folder, held) = RunFolder::create(&installation.cache, kind)?;
        let guard = Some(Guard::of(&folder)?);
        let ports = ports::free()?;
        folder.set_ports(ports)?;
        // From here on dropping it removes the folder.
        let server = Self {
            installation: installation.clone(),
            fetched: fetched.to_path_buf(),
            address: kind.address(ports[0]),
            folder,
            ports,
            settings,
            child: None,
            guard,
            _held: held,
        };
        let path = &server.folder.path;
        match kind {
            Kind::Kafka => kafka::prepare(path, ports, &server.settings)?,
            _ => elasticsearch::prepare(kind, fetched, path, role)?,
        }
        installation.account.own(path)?;
        if kind == Kind::Kafka {
            let status = server.in_folder(kafka::format(java, fetched, path))?.status()?;
            if !status.success() {
                return Err(io::Error::other(format!("its log cannot be formatted ({status}):\n{}", server.said())));
            }
        }
        Ok(server)
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.folder.kind
    }

    /// Where it is: a URL, or `host:port` of a Kafka.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Kills it as a crash would, with SIGKILL. Returns when nobody listens on its port any more.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.folder.kill();
            // Only if it is not the server yet, or not any more.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again after [`kill`](Self::kill), on the same data, at the same address. Returns when it takes
    /// requests.
    ///
    /// # Panics
    /// It does not start; the message says why.
    pub fn restart(&mut self) {
        self.kill();
        if let Err(why) = self.launch() {
            panic!("{why}");
        }
    }

    /// Lets it go on without this process, for whoever works in `workspace`.
    ///
    /// # Errors
    /// Its folder cannot be written to.
    pub fn leave(mut self, workspace: &Path) -> Result<Left, String> {
        let path = &self.folder.path;
        self.folder.set_workspace(workspace).map_err(|error| format!("{}: {error}", path.display()))?;
        self.child = None;
        if let Some(guard) = self.guard.take() {
            guard.let_go();
        }
        // The lock of the folder goes with this value.
        Ok(Left::of(&self.folder))
    }

    /// Starts the process and waits until it takes requests.
    fn launch(&mut self) -> Result<(), String> {
        let kind = self.folder.kind;
        let java = self.installation.java(kind)?;
        let path = &self.folder.path;
        let command = match kind {
            Kind::Kafka => kafka::command(java, &self.fetched, path),
            _ => elasticsearch::command(kind, java, &self.fetched, path, self.ports, &self.settings),
        };
        let spawned = self.in_folder(command).and_then(|mut command| command.spawn());
        let child = spawned.map_err(|error| format!("{kind} cannot be started: {error}"))?;
        let pid = child.id();
        self.child = Some(child);
        self.folder.set_pid(pid).map_err(|error| format!("{}: {error}", path.display()))?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let kind = self.folder.kind;
        let start = Instant::now();
        let is_ready = match kind {
            Kind::Kafka => ready::kafka,
            _ => ready::elasticsearch,
        };
        while !is_ready(self.ports[0]) {
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                return Err(format!("{kind} ended while it started ({status}):\n{}", self.said()));
            }
            if start.elapsed() > LIMIT {
                return Err(format!("{kind} takes no requests after {} s:\n{}", LIMIT.as_secs(), self.said()));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// A command that runs as the servers' user, in a process group of its own, and writes to a file.
    fn in_folder(&self, mut command: Command) -> io::Result<Command> {
        let output = File::options().create(true).append(true).open(self.output())?;
        command.current_dir(&self.folder.path).process_group(0);
        command.stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
        self.installation.account.apply(&mut command);
        Ok(command)
    }

    fn output(&self) -> PathBuf {
        self.folder.path.join("output")
    }

    /// The last it printed.
    fn said(&self) -> String {
        let text = fs::read(self.output()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Disposable {
    fn drop(&mut self) {
        // Without a guard it was left.
        if self.guard.is_some() {
            self.kill();
            self.folder.remove();
        }
    }
}
