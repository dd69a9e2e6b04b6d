//! Another API process: this program again, with a journal of its own on the same server.

use std::{
    env,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use events::{Clock, EventManager, Href, SqliteStore, SystemClock, Timestamp, action, scope};
use tokio::sync::oneshot;

use crate::{
    fleet::{Answer, Deployment, Nuvlabox, Problem, jane, nuvlabox},
    place::{Place, connect},
};

const FOLDER: &str = "EVENTS_TEST_FOLDER";
const URL: &str = "EVENTS_TEST_URL";
const PREFIX: &str = "EVENTS_TEST_PREFIX";
const LEASE: &str = "EVENTS_TEST_LEASE_MS";
const SKEW: &str = "EVENTS_TEST_SKEW_SECONDS";

/// Operations that it begins and does not end.
pub(crate) const OPEN: u64 = 12;

#[action(event = "nuvlabox.reboot")]
pub(crate) async fn reboot(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

/// Never ends.
#[action(event = "nuvlabox.commission")]
pub(crate) async fn commission(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    std::future::pending().await
}

/// Ends when it is told to.
#[action(event = "nuvlabox.update")]
pub(crate) async fn update(id: Href<Nuvlabox>, told: oneshot::Receiver<()>) -> Result<Answer, Problem> {
    let _ = told.await;
    Ok(Answer(200))
}

/// Stays open for a month after its handler has returned.
#[action(event = "deployment.start", deferred(within = "30d"))]
pub(crate) async fn start(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

/// The clock of another machine.
#[derive(Debug)]
pub(crate) struct Skewed(pub(crate) i64);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0 * 1_000)
    }
}

/// What the other process does; without a folder it is no test.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let variable = |name: &str| env::var(name).unwrap();
    let lease = Duration::from_millis(variable(LEASE).parse().unwrap());
    let manager = EventManager::builder(SqliteStore::open(folder).unwrap())
        .relay_to(connect(&variable(URL), &variable(PREFIX)))
        .clock(Skewed(variable(SKEW).parse().unwrap()))
        .with_limits(|limits| limits.lease = lease)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(manager.scope(scope(jane(), async {
        for _ in 0..20 {
            reboot(nuvlabox("1")).await.unwrap();
        }
        start("7".parse().unwrap()).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..OPEN {
            tasks.spawn(events::EventManager::current().unwrap().scope(scope(jane(), commission(nuvlabox("2")))));
        }
        tasks.join_all().await;
    })));
}

/// Killed when it is dropped.
pub(crate) struct OtherProcess(Child);

impl OtherProcess {
    pub(crate) fn start(place: &Place, folder: &Path, lease: Duration, skew: i64) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "other_process::child", "--nocapture"]);
        command.env(FOLDER, folder).env(URL, place.url()).env(PREFIX, place.prefix());
        command.env(LEASE, lease.as_millis().to_string()).env(SKEW, skew.to_string());
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// With SIGKILL.
    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
