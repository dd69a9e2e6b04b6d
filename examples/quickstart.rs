//! An edge fleet whose every call leaves a trail. Run it twice: the second run finds the events of the first.
//!
//! ```text
//! cargo run --example quickstart [FOLDER]
//! ```
#![expect(clippy::print_stdout, reason = "it is here to be looked at")]

use std::{
    env,
    error::Error,
    future,
    io::{self, IsTerminal},
    process::ExitCode,
    time::Duration,
};

use events::{Aggregation, Attribute, Event, Filter, Style, Trail, prelude::*};
use tokio::sync::Notify;

// ---- What can be recorded: resource types, and the operations they have. ----

/// An edge device: add, edit, delete, and whatever its actions declare.
#[resource(events)]
struct Nuvlabox;

/// An application that runs somewhere. A closed set: `deployment.strat` would not compile.
#[resource(events("start", "stop", "update", "clone"))]
struct Deployment {
    id: Href<Deployment>,
}

/// Something that is done in the background.
#[resource(events)]
struct Job;

/// A direct event is a type.
#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    old_state: Option<String>,
    new_state: String,
}

// ---- Handlers: ordinary async functions. The attribute records how each call began and how it ended. ----

type Answer<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Of an `add` the events are about the resource type; what was added is read from what the handler returns.
#[action(event = "nuvlabox.add", details(name))]
async fn add_nuvlabox(name: &str) -> Answer<Href<Nuvlabox>> {
    Ok(name.parse()?)
}

#[action(event = "nuvlabox.activate")]
async fn activate(id: &Href<Nuvlabox>) -> Answer<()> {
    events::emit(id, StateChanged { old_state: Some("NEW".into()), new_state: "ACTIVATED".into() }).await?;
    Ok(())
}

#[action(event = "nuvlabox.reboot", severity = "high", details(force))]
async fn reboot(id: &Href<Nuvlabox>, force: bool) -> Answer<Href<Job>> {
    let job = submit(id.id(), "reboot").await?; // nested: it stands below this operation
    Operation::current().link(&job);
    Ok(job)
}

#[action(event = "job.add", details(action))]
async fn submit(target: &str, action: &str) -> Answer<Href<Job>> {
    Ok(format!("job/{action}-{target}").parse()?)
}

/// Methods: the receiver is the resource.
#[resource(events)]
impl Deployment {
    /// Returns at once and stays open: a job closes it when the application runs.
    #[action(event = "deployment.start", deferred(within = "1h"))]
    async fn start(&self) -> Answer<Option<EventId>> {
        Operation::current().link(&submit(self.id.id(), "start").await?);
        Ok(Operation::current().id())
    }

    #[action(event = "deployment.update", details(release))]
    async fn update(&self, release: &str) -> Answer<()> {
        Err(format!("release {release} does not exist").into())
    }

    #[action(event = "deployment.clone")]
    async fn duplicate(&self) -> Answer<()> {
        panic!("the volume has no snapshot")
    }
}

/// Asks a device that does not answer.
#[action(event = "nuvlabox.check-api")]
async fn check_api(id: &Href<Nuvlabox>, asked: &Notify) -> Answer<()> {
    asked.notify_one();
    future::pending().await
}

// ---- A day in the life of the fleet. Whatever happens to a handler, the trail says how it ended. ----

async fn day(manager: &EventManager) -> Answer<()> {
    let gateway = add_nuvlabox("gateway").await?;
    activate(&gateway).await?;
    reboot(&gateway, true).await?;

    let [web, database] = ["web", "database"].map(|name| Deployment { id: name.parse().expect("a name is an id") });
    let starting = web.start().await?;
    database.start().await?; // nobody closes this one: it stays open until its deadline

    let _error = web.update("2.1").await;
    let _panic = events::spawn(async move { database.duplicate().await }).await;
    let asked = Notify::new();
    let _timeout = events::timeout(Duration::from_millis(500), check_api(&gateway, &asked)).await;
    let asked = Notify::new();
    tokio::select! {
        answer = check_api(&gateway, &asked) => answer?,
        () = asked.notified() => {} // whoever asked went away: the handler is dropped
    }

    if let Some(operation) = starting {
        manager.close(operation, Ending::COMPLETED).await?; // hours later, from a job
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let ran = run().await;
    if let Err(error) = &ran {
        eprintln!("quickstart: {error}");
    }
    if ran.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run() -> Answer<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| "target/quickstart".to_owned());
    let builder = EventManager::builder(SqliteStore::open(&folder)?).expect::<Nuvlabox>();
    // A server answers although its disk is slow; this program shows what is stored, and waits for it.
    let manager = builder.with_limits(|limits| limits.closing_wait = Duration::from_secs(20)).install()?;

    // Who acts. In a server `EventsLayer` says so for every request; here each run is a session.
    let earlier = sessions(&manager).await?;
    let session = format!("session/run-{:03}", earlier.len() + 1);
    let jane = Caller::user("user/jane")?.acting_as("group/fleet")?.in_session(&session)?;

    std::panic::set_hook(Box::new(|_| {})); // the panic of this day is on purpose: the trail shows it
    events::scope(Context::new(jane), day(&manager)).await?;
    let _ = std::panic::take_hook();

    match earlier.len() {
        0 => println!("The first run. Run it again: it will find these events in {folder}.\n"),
        1 => println!("The second run. The events of the first are still in {folder}.\n"),
        runs => println!("{runs} runs before this one are in {folder}; here are the last two and this one.\n"),
    }
    for run in earlier.iter().skip(earlier.len().saturating_sub(2)).chain([&session]) {
        let events = everything(&manager, Query::new(Viewer::admin()).session(run)).await?;
        println!("{run}: {} events", events.len());
        println!("{}", tree(events)?);
    }
    searches(&manager).await?;
    manager.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

// ---- Finding it again. ----

/// The sessions of earlier runs.
async fn sessions(manager: &EventManager) -> Answer<Vec<String>> {
    let (filter, viewer) = (Filter::everything(), Viewer::admin());
    let counted = Aggregation { filter, viewer, by: Attribute::Session.into(), size: 1_000, within: None };
    let mut sessions: Vec<String> =
        manager.aggregate(&counted).await?.buckets.into_iter().map(|(name, _)| name).collect();
    sessions.sort();
    Ok(sessions)
}

/// All pages of a query.
async fn everything(manager: &EventManager, mut query: Query) -> Answer<Vec<Event>> {
    let mut events = Vec::new();
    loop {
        let page = manager.search(&query).await?;
        for found in &page.events {
            events.push(found.event()?);
        }
        match page.next {
            Some(cursor) => query = query.after(cursor),
            None => return Ok(events),
        }
    }
}

fn tree(events: Vec<Event>) -> Result<String, std::fmt::Error> {
    let coloured = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let mut text = String::new();
    Trail::of(events).render(&mut text, if coloured { Style::Coloured } else { Style::Plain })?;
    Ok(text)
}

async fn searches(manager: &EventManager) -> Answer<()> {
    let anybody = |name: &str| Caller::user(name).map(|caller| Viewer::from(&caller));
    let all = || Query::new(Viewer::admin());
    let questions = [
        ("about nuvlabox/gateway", all().resource("nuvlabox/gateway")),
        ("that failed", all().filter(Filter::is(Attribute::Outcome, "failed"))),
        ("of category state", all().category("state")),
        ("with a detail force=true", all().detail("force", true)),
        ("linked to job/reboot-gateway", all().linked("job/reboot-gateway")),
        ("with the word `update`", all().text("update")),
        ("that group/fleet may see", Query::new(anybody("group/fleet")?)),
        ("that a stranger may see", Query::new(anybody("user/joe")?)),
    ];
    println!("In all runs together, events");
    for (what, Query { filter, viewer, .. }) in questions {
        println!("{:>6}  {what}", manager.count(&filter, &viewer).await?.events);
    }
    let (filter, viewer) = (Filter::everything(), Viewer::admin());
    let reasons = Aggregation { filter, viewer, by: Attribute::Reason.into(), size: 10, within: None };
    let reasons = manager.aggregate(&reasons).await?.buckets;
    let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    println!("\nWhy operations failed: {}", reasons.join(", "));
    println!("Operations that are open: {}", manager.open_operations().await?.len());
    Ok(())
}
