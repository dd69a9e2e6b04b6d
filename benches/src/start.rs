//! From the start of a process after SIGKILL to the first operation that its store accepts.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use clap::Args;
use events::EventManager;

use crate::{
    Result,
    base::Base,
    fleet::FleetAcls,
    load::{Recording, Writer as _, closed_loop, runtime},
    options::Scale,
    report::{Report, Row},
    statistics::{median, milliseconds, thousands},
    store::{Store, StoreKind},
};

/// Milliseconds.
const GOAL: f64 = 500.0;

/// Which store to open.
#[derive(Clone, Debug, Args)]
pub(crate) struct StartingOptions {
    #[arg(long, value_enum)]
    store: StoreKind,
    #[arg(long)]
    folder: PathBuf,
}

/// Kills a process that records as fast as it can, and starts the next, over and over.
pub(crate) fn measure(base: &Base, kind: StoreKind, scale: &Scale, report: &mut Report) -> Result<()> {
    let mut took = Vec::new();
    let (mut child, mut output, _) = start(kind, &base.folder)?;
    for _ in 0..scale.pairs {
        // It is in the middle of its load when it is killed: it said that it goes on recording.
        await_line(&mut output, "recording")?;
        child.kill()?;
        child.wait()?;
        let accepted;
        (child, output, accepted) = start(kind, &base.folder)?;
        took.push(accepted.as_secs_f64() * 1e3);
    }
    child.kill()?;
    child.wait()?;
    let slowest = took.iter().copied().fold(0.0, f64::max);
    let middle = median(&took);
    let stored = thousands(base.events as f64);
    report.add(
        Row::new(
            format!("from process start after SIGKILL under load to the first accepted operation, {stored} stored"),
            "≤ 500 ms",
        )
        .figure(format!("{}, slowest {}", milliseconds(middle), milliseconds(slowest)))
        .beside(format!("{} starts", took.len()))
        .met(middle <= GOAL),
    );
    Ok(())
}

/// Starts the process; how long it took until its first operation was accepted.
fn start(kind: StoreKind, folder: &Path) -> Result<(Child, BufReader<ChildStdout>, Duration)> {
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["starting", "--store", &kind.to_string(), "--folder"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut output = BufReader::new(child.stdout.take().ok_or("the process has no stdout")?);
    await_line(&mut output, "accepted")?;
    Ok((child, output, begun.elapsed()))
}

fn await_line(output: &mut impl BufRead, wanted: &str) -> Result<()> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    if line.trim() == wanted {
        Ok(())
    } else {
        Err(format!("the started process said {line:?}, not {wanted:?}").into())
    }
}

/// The process: opens the store, has one operation accepted, then records until it is killed.
#[expect(clippy::print_stdout, reason = "its stdout is how it talks to the process that started it")]
pub(crate) fn run(options: &StartingOptions) -> Result<()> {
    let store = Store::open(options.store, &options.folder)?;
    let manager = EventManager::builder(store).resources(FleetAcls::new()).build()?;
    let runtime = runtime()?;
    runtime.block_on(Recording::new(&manager, 1).operation()).ok_or("the first operation was refused")?;
    println!("accepted");
    closed_loop(&runtime, 64, Duration::from_millis(500), |number| Recording::new(&manager, number))?;
    println!("recording");
    // Until it is killed, but not for ever when nobody is left to do so.
    closed_loop(&runtime, 64, Duration::from_secs(60), |number| Recording::new(&manager, number))?;
    Ok(())
}
