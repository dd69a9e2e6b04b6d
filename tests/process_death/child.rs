//! The process that dies: this program again, which runs handlers on the embedded store.

use std::{
    env,
    fs::File,
    io::Write,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use events::{
    EventManager, Href, ManualClock, Operation, action, scope,
    sqlite::{Options, Step},
};

use crate::{
    beside::{self, Beside},
    fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, jane, nuvlabox},
};

const FOLDER: &str = "EVENTS_TEST_FOLDER";
const STEP: &str = "EVENTS_TEST_STEP";
const OCCURRENCE: &str = "EVENTS_TEST_OCCURRENCE";
const LEAVES_OPEN: &str = "EVENTS_TEST_LEAVES_OPEN";

/// The signal of `abort`.
const ABORTED: i32 = 6;

/// Segments so small that sealing and merging go on all the time.
pub(crate) fn options() -> Options {
    Options::new().segment_events(32).tail_events(128).merge_parts(3)
}

/// A clock that crosses the end of a month within some forty operations: while the first segments are sealed.
pub(crate) fn clock() -> ManualClock {
    ManualClock::at("2026-11-30T23:59:59.880Z".parse().unwrap())
}

/// Says that the handler of the current operation runs.
fn note(ran: &File) {
    let id = Operation::current().id().unwrap();
    // One write, so that lines of handlers on other threads do not mix.
    (&*ran).write_all(format!("{id}\n").as_bytes()).unwrap();
}

#[action(event = "nuvlabox.reboot")]
async fn short(id: Href<Nuvlabox>, ran: &File) -> Result<Answer, Problem> {
    note(ran);
    Ok(Answer(202))
}

#[action(event = "nuvlabox.commission")]
async fn long(id: Href<Nuvlabox>, ran: &File, takes: Duration) -> Result<Answer, Problem> {
    note(ran);
    tokio::time::sleep(takes).await;
    Ok(Answer(200))
}

#[action(event = "deployment.start", deferred(within = "30d"))]
async fn deferred(id: Href<Deployment>, ran: &File) -> Result<Answer, Problem> {
    note(ran);
    Ok(Answer(202))
}

/// What the child process does; without a folder it is no test.
#[test]
fn lives() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let step = env::var(STEP).ok();
    let occurrence: usize = env::var(OCCURRENCE).map_or(1, |occurrence| occurrence.parse().unwrap());
    let seen = AtomicUsize::new(0);
    let options = options().observe(move |at| {
        if step.as_deref() == Some(at.as_str()) && seen.fetch_add(1, Ordering::SeqCst) + 1 == occurrence {
            std::process::abort();
        }
    });
    let ran = Arc::new(File::options().create(true).append(true).open(folder.join("ran")).unwrap());
    let store = options.open(folder.join("events")).unwrap();
    let clock = clock();
    let builder = EventManager::builder(store).clock(clock.clone());
    let manager = beside::of_environment().set_up(builder).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..64_u64 {
            let (manager, ran, clock) = (manager.clone(), ran.clone(), clock.clone());
            let operations = async move {
                for round in 0..2_000_u64 {
                    clock.advance(Duration::from_millis(3));
                    match (number + round) % 8 {
                        0 => drop(deferred("1".parse().unwrap(), &ran).await),
                        1 | 2 => drop(long(nuvlabox("1"), &ran, Duration::from_millis(number % 7 * 5)).await),
                        _ => drop(short(nuvlabox("2"), &ran).await),
                    }
                }
            };
            tasks.spawn(manager.scope(scope(jane(), operations)));
        }
        tasks.join_all().await;
    });
}

/// What a child process does that begins so many operations at once, none of which ends.
#[tokio::test(flavor = "multi_thread")]
async fn leaves_operations_open() {
    let (Ok(folder), Ok(operations)) = (env::var(FOLDER), env::var(LEAVES_OPEN)) else { return };
    let folder = Path::new(&folder);
    let ran = Arc::new(File::options().create(true).append(true).open(folder.join("ran")).unwrap());
    let builder = EventManager::builder(options().open(folder.join("events")).unwrap()).clock(clock());
    let manager = builder.with_limits(|limits| limits.opening = LIMIT).build().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..operations.parse().unwrap() {
        let ran = ran.clone();
        let never = async move { drop(long(nuvlabox("1"), &ran, Duration::MAX).await) };
        tasks.spawn(manager.scope(scope(jane(), never)));
    }
    tasks.join_all().await;
}

fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(FOLDER, folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Starts one that goes on until it is killed.
pub(crate) fn start(folder: &Path, beside: &dyn Beside) -> Child {
    child("child::lives", folder).envs(beside.environment()).spawn().unwrap()
}

/// Lets one abort when it comes to a step for that many times.
pub(crate) fn abort_at(step: Step, occurrence: usize, folder: &Path, beside: &dyn Beside) {
    let mut child = child("child::lives", folder);
    child.env(STEP, step.as_str()).env(OCCURRENCE, occurrence.to_string()).envs(beside.environment());
    let status = child.status().unwrap();
    assert_eq!(status.signal(), Some(ABORTED), "the child never came to occurrence {occurrence} of {step}: {status}");
}

/// Starts one that begins so many operations and goes on until it is killed.
pub(crate) fn start_leaving_open(operations: usize, folder: &Path) -> Child {
    child("child::leaves_operations_open", folder).env(LEAVES_OPEN, operations.to_string()).spawn().unwrap()
}
