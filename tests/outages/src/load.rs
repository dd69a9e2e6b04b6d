//! Clients that call handlers, and what they know to be acknowledged.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use events::{Ending, EventDetails, EventId, Href, Operation, Outcome, action, emit, scope};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    fleet::{Deployment, Nuvlabox, Problem, jane, nuvlabox},
    place::Site,
};

const CLIENTS: u32 = 32;

/// A line for each acknowledged event. What was written is there after the process was killed.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    file: File,
    count: AtomicU64,
    /// Why an operation was refused last.
    refusal: Mutex<Option<String>>,
}

impl Acknowledged {
    fn in_folder(folder: &Path) -> Self {
        let file = File::options().create(true).append(true).open(folder.join("acknowledged")).unwrap();
        Self { file, count: AtomicU64::new(0), refusal: Mutex::default() }
    }

    /// What all processes of a folder noted.
    pub(crate) fn read(folder: &Path) -> Vec<EventId> {
        let text = fs::read_to_string(folder.join("acknowledged")).unwrap_or_default();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// How many they noted.
    pub(crate) fn count(folder: &Path) -> usize {
        /// `event/`, a UUID and the end of the line.
        const LINE: u64 = 43;
        fs::metadata(folder.join("acknowledged")).map_or(0, |file| (file.len() / LINE) as usize)
    }

    fn note(&self, id: EventId) {
        // One write, so that lines of clients on other threads do not mix.
        (&self.file).write_all(format!("{id}\n").as_bytes()).unwrap();
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// A handler runs: its opening is acknowledged.
    fn runs(&self, status: u16) -> Ran {
        let id = Operation::current().id().unwrap();
        self.note(id);
        Ran(id, status)
    }

    /// A caller has its answer: so is the closing.
    fn answered(&self, answer: Result<Ran, Problem>) -> Result<Ran, Problem> {
        match &answer {
            Ok(ran) => self.note(ran.0.closing()),
            Err(problem) => *self.refusal.lock().unwrap() = Some(problem.to_string()),
        }
        answer
    }
}

/// The answer of a handler: which operation it was, and its status.
#[derive(Clone, Copy, Debug)]
struct Ran(EventId, u16);

impl Outcome for Ran {
    fn ending(&self) -> Ending {
        Ending::from_status(self.1)
    }
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, acknowledged: &Acknowledged, status: u16) -> Result<Ran, Problem> {
    Ok(acknowledged.runs(status))
}

/// Takes longer than its caller waits.
#[action(event = "nuvlabox.commission")]
async fn commission(id: Href<Nuvlabox>, acknowledged: &Acknowledged) -> Result<Ran, Problem> {
    let ran = acknowledged.runs(200);
    sleep(Duration::from_millis(50)).await;
    Ok(ran)
}

/// Several events of one root.
#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>, acknowledged: &Acknowledged) -> Result<Ran, Problem> {
    let ran = acknowledged.runs(202);
    acknowledged.answered(reboot(nuvlabox("1"), acknowledged, 202).await)?;
    emit(&nuvlabox("1"), StateChanged { new_state: "ACTIVATED" }).await?;
    acknowledged.answered(reboot(nuvlabox("2"), acknowledged, 404).await)?;
    Ok(ran)
}

/// Some dozens of clients of an API server.
pub(crate) struct Load {
    acknowledged: Arc<Acknowledged>,
    stopping: Arc<AtomicBool>,
    clients: JoinSet<()>,
}

impl Load {
    /// Each pauses between two calls.
    pub(crate) fn on(site: &Site, pause: Duration) -> Self {
        let acknowledged = Arc::new(Acknowledged::in_folder(&site.place.folder));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let (acknowledged, stopping, clock) = (acknowledged.clone(), stopping.clone(), site.clock.clone());
            let calls = async move {
                for round in number.. {
                    if stopping.load(Ordering::Relaxed) {
                        return;
                    }
                    clock.advance(Duration::from_millis(3));
                    call(round, &acknowledged).await;
                    // Not all in step.
                    sleep(pause * (number + CLIENTS) / CLIENTS).await;
                }
            };
            clients.spawn(site.manager.scope(scope(jane(), calls)));
        }
        Self { acknowledged, stopping, clients }
    }

    /// How many events are known to be stored.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.count.load(Ordering::Relaxed)
    }

    /// Why an operation was refused last.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.acknowledged.refusal.lock().unwrap().clone()
    }

    /// Until the process is killed.
    pub(crate) async fn never_ends(self) {
        self.clients.join_all().await;
    }

    /// What is called already goes on.
    pub(crate) fn calls_no_more(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Waits until the last call is answered.
    pub(crate) async fn stop(self) {
        self.calls_no_more();
        self.clients.join_all().await;
    }
}

async fn call(round: u32, acknowledged: &Acknowledged) {
    let answer = match round % 5 {
        0 => start("7".parse().unwrap(), acknowledged).await,
        1 => reboot(nuvlabox("1"), acknowledged, 202).await,
        2 => reboot(nuvlabox("2"), acknowledged, 503).await,
        3 => {
            let impatient = events::timeout(Duration::from_millis(5), commission(nuvlabox("3"), acknowledged)).await;
            let Ok(answer) = impatient else { return };
            answer
        }
        _ => {
            if let Ok(Some(id)) = emit(&nuvlabox("1"), StateChanged { new_state: "ACTIVATED" }).await {
                acknowledged.note(id);
            }
            return;
        }
    };
    // Whoever is refused tries something else.
    drop(acknowledged.answered(answer));
}
