//! The server as a program, and a client that says exactly what it sends.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, ExitStatus},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::programs::example;

/// How long anything may take before a test gives up.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A caller that may add.
pub(crate) const JANE: &str = "user/jane user/jane group/nuvla-user";

/// One that may do everything.
pub(crate) const ADMIN: &str = "user/root group/nuvla-admin group/nuvla-admin";

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    lines: mpsc::Receiver<String>,
}

impl Server {
    /// Starts it on a free port and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut command = example("api");
        // What an answer finds stored is not a matter of how busy the machine is.
        command.args(["--patience", "20", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(data).args(arguments);
        let mut child = command.spawn().expect("it can be started");
        let stdout = child.stdout.take().expect("it is piped");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let Ok(first) = lines.recv_timeout(LIMIT) else {
            let mut errors = String::new();
            let _ = child.kill();
            child.stderr.take().expect("it is piped").read_to_string(&mut errors).expect("it prints text");
            panic!("it does not say where it listens: {errors}");
        };
        let address = first.strip_prefix("listening on http://").unwrap_or_else(|| panic!("it says {first:?}"));
        Self { address: address.to_owned(), child, lines }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, caller: &str, body: &str) -> Answer {
        self.raw(request(method, path, caller, body))
    }

    /// Exactly these bytes.
    pub(crate) fn raw(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
        // A server that has read enough to refuse may close before everything is sent.
        let _ = stream.write_all(request.as_ref());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::parse(&String::from_utf8_lossy(&answer))
    }

    /// Asks it to stop and waits until it has; every line it printed since it was ready.
    pub(crate) fn stop(mut self) -> (ExitStatus, Vec<String>) {
        (stopped(&mut self.child), self.lines.iter().collect())
    }
}

/// A request that is the only one of its connection.
pub(crate) fn request(method: &str, path: &str, caller: &str, body: &str) -> String {
    let header = if caller.is_empty() { String::new() } else { format!("nuvla-authn-info: {caller}\r\n") };
    let length = body.len();
    let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Asks a program to stop and waits until it has.
pub(crate) fn stopped(child: &mut Child) -> ExitStatus {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("there is `kill`").success());
    until("it stops", || child.try_wait().expect("it is our child"))
}

/// Waits for something.
pub(crate) fn until<T>(what: &str, mut happened: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + LIMIT;
    loop {
        if let Some(what) = happened() {
            return what;
        }
        assert!(Instant::now() < limit, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered; status 0 where nothing was.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: Value,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, headers: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}
