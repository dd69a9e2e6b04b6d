//! Servers for tests: `cargo xtask servers up|down|status`, and those that a run of the tests holds.

use std::env;
use std::path::Path;
use std::thread;
use std::time::Instant;

use clap::Subcommand;
use events_test_servers::{Disposable, Installation, Kind, Lack, Left, WITHOUT_SERVERS, left_running, sweep};

use crate::steps::{Failure, Steps};

/// What to do with the servers of this clone.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// Start those that do not run, and print the lines that point tests to them.
    ///
    /// After `eval "$(cargo xtask servers up)"` a plain `cargo test` finds them. They run until `down`.
    Up {
        /// Only those whose name contains one of these, such as `kafka`, `opensearch`, `9.1`.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// End those that `up` started in this clone.
    Down,
    /// Say which run, and where.
    Status,
}

/// Which servers tests have to run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All that this machine can run.
    All,
    /// `--without-servers`: only those that the environment points to.
    None,
}

/// A server and where it is.
type Address = (Kind, String);

/// Runs one of the commands.
///
/// # Errors
///
/// What is missing, or which server does not start.
pub(crate) fn run(root: &Path, command: Command) -> Result<(), String> {
    let installation = Installation::of_this_machine()?;
    sweep(&installation);
    let running = left_running(&installation, root);
    match command {
        Command::Up { names } => up(root, &installation, &running, &names),
        Command::Down => {
            for server in running {
                println!("{}: ends", server.kind());
                server.end();
            }
            Ok(())
        }
        Command::Status => {
            for kind in Kind::ALL {
                println!("{kind:<21}{}", state(kind, &installation, &running));
            }
            Ok(())
        }
    }
}

fn up(root: &Path, installation: &Installation, running: &[Left], names: &[String]) -> Result<(), String> {
    // Standard output is for the shell.
    let say = |line: &str| eprintln!("{line}");
    let mut known = known(running);
    let is_named = |kind: &Kind| {
        let kind = kind.to_string().to_lowercase();
        names.is_empty() || names.iter().any(|name| kind.contains(&name.to_lowercase()))
    };
    let wanted: Vec<Kind> = missing(&known).into_iter().filter(is_named).collect();
    if let Some(Lack { what, remedy }) = installation.lacks(&wanted).into_iter().next() {
        return Err(format!("this machine lacks {what}\n  {remedy}"));
    }
    for (kind, why) in impossible(installation, &wanted) {
        say(&format!("{kind}: left out, {why}"));
    }
    for server in start(installation, &wanted, say)? {
        let server = server.leave(root)?;
        known.push((server.kind(), server.address()));
    }
    for kind in Kind::ALL {
        for (_, address) in known.iter().filter(|(of, _)| *of == kind) {
            println!("export {}={address}", kind.variable());
        }
    }
    Ok(())
}

fn state(kind: Kind, installation: &Installation, running: &[Left]) -> String {
    if let Some((_, address)) = pointed_to().into_iter().find(|(of, _)| *of == kind) {
        return format!("{} points to {address}", kind.variable());
    }
    if let Some(server) = running.iter().find(|server| server.kind() == kind) {
        let process = server.pid().map(|pid| format!(", process {pid}")).unwrap_or_default();
        let health = if server.is_ready() { "" } else { ", but takes no requests" };
        return format!("runs at {}{process}{health}", server.address());
    }
    match installation.why_not(kind) {
        Some(why) => format!("cannot run: {why}"),
        None if installation.has_fetched(kind) => "does not run".to_owned(),
        None => "does not run, will be fetched when it does".to_owned(),
    }
}

/// The servers that the environment points to.
fn pointed_to() -> Vec<Address> {
    let address = |kind: Kind| env::var(kind.variable()).ok().filter(|address| !address.is_empty());
    Kind::ALL.into_iter().filter_map(|kind| Some((kind, address(kind)?))).collect()
}

/// The servers that there are: those that the environment points to come first.
fn known(running: &[Left]) -> Vec<Address> {
    let mut known = pointed_to();
    for server in running {
        if known.iter().all(|(kind, _)| *kind != server.kind()) {
            known.push((server.kind(), server.address()));
        }
    }
    known
}

/// The kinds that are not among `known`.
fn missing(known: &[Address]) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| known.iter().all(|(of, _)| of != kind)).collect()
}

/// The kinds that nothing in the environment points to.
pub(crate) fn to_be_started() -> Vec<Kind> {
    missing(&pointed_to())
}

/// Those that cannot run here, and why.
fn impossible(installation: &Installation, wanted: &[Kind]) -> Vec<(Kind, String)> {
    wanted.iter().filter_map(|kind| Some((*kind, installation.why_not(*kind)?))).collect()
}

/// Starts those that can run here, all at once.
fn start(installation: &Installation, wanted: &[Kind], say: impl Fn(&str) + Sync) -> Result<Vec<Disposable>, String> {
    let start = |kind: Kind| {
        let begin = Instant::now();
        let fetched = installation.has_fetched(kind);
        say(&format!("{kind}: {}", if fetched { "starts" } else { "is fetched with Maven" }));
        let server = Disposable::start(installation, kind, &[])?;
        say(&format!("{kind}: ready at {} after {:.1} s", server.address(), begin.elapsed().as_secs_f64()));
        Ok(server)
    };
    thread::scope(|scope| {
        let possible = wanted.iter().filter(|kind| installation.why_not(**kind).is_none());
        let threads: Vec<_> = possible.map(|kind| scope.spawn(move || start(*kind))).collect();
        // All are waited for: those that did start end when another one did not.
        let joined: Vec<Result<Disposable, String>> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("starting a server panicked, see above".to_owned())))
            .collect();
        joined.into_iter().collect()
    })
}

/// What a run of the tests needs to know of servers.
#[derive(Debug, Default)]
pub(crate) struct ForTests {
    /// What tests find in their environment.
    pub(crate) variables: Vec<(String, String)>,
    /// They end when this value is dropped.
    _held: Vec<Disposable>,
}

/// Gets the servers of a run of the tests ready. Those that `up` started are used; others are started for this
/// run and end with it, also when it is interrupted.
///
/// # Errors
///
/// One does not start.
pub(crate) fn for_tests(steps: &mut Steps, root: &Path, wanted: Wanted) -> Result<ForTests, Failure> {
    if wanted == Wanted::None {
        steps.skip("servers", "--without-servers");
        let untested: Vec<String> = to_be_started().iter().map(Kind::to_string).collect();
        let untested = untested.join(", ");
        steps.note(format!("not tested because of --without-servers: {untested}, and what outages do to servers"));
        return Ok(ForTests { variables: vec![(WITHOUT_SERVERS.to_owned(), "1".to_owned())], ..ForTests::default() });
    }
    let (known, held, impossible) = steps.run("servers", "what tests run against", || {
        let say = |line: &str| println!("    {line}");
        let installation = Installation::of_this_machine()?;
        sweep(&installation);
        let running: Vec<Left> = left_running(&installation, root).into_iter().filter(Left::is_ready).collect();
        let known = known(&running);
        for (kind, address) in &known {
            say(&format!("{kind}: is there already, at {address}"));
        }
        let wanted = missing(&known);
        let held = start(&installation, &wanted, say)?;
        let impossible = impossible(&installation, &wanted);
        Ok((known, held, impossible))
    })?;

    let started = held.iter().map(|server| (server.kind(), server.address().to_owned()));
    let variable = |(kind, address): Address| (kind.variable().to_owned(), address);
    let mut variables: Vec<(String, String)> = known.into_iter().chain(started).map(variable).collect();
    if !impossible.is_empty() {
        let left_out: Vec<&str> = impossible.iter().map(|(kind, _)| kind.variable()).collect();
        variables.push((WITHOUT_SERVERS.to_owned(), left_out.join(",")));
    }
    for (kind, why) in impossible {
        steps.note(format!("not tested: {kind}, {why}"));
    }
    Ok(ForTests { variables, _held: held })
}
