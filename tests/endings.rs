//! Every way in which a handler can end leaves exactly one opening and one closing of the right type and
//! reason, in every store, and nested operations close before those that enclose them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;
#[cfg(feature = "elasticsearch")]
mod index;

use std::{
    future::pending,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    middleware::{Next, from_fn},
    routing::post,
};
use events::{
    Builder, Event, EventManager, Href, Journal, Phase, Scoped, action, assert_events, scope, testing::Trail,
};
use fleet::{Answer, Deployment, Gate, LIMIT, Nuvlabox, Problem, Store, jane, nuvlabox, until};
use tokio::{io::AsyncWriteExt, net::TcpStream, runtime, task};

#[action(event = "nuvlabox.reboot")]
async fn reboot<F: Future<Output = Result<Answer, Problem>>>(id: Href<Nuvlabox>, body: F) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "deployment.start")]
async fn start<F: Future<Output = Result<Answer, Problem>>>(id: Href<Deployment>, body: F) -> Result<Answer, Problem> {
    body.await
}

/// Answers never.
#[action(event = "nuvlabox.update")]
async fn update(State(scene): State<Scene>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, Problem> {
    scene.stuck().await
}

/// Where a situation happens.
#[derive(Clone)]
struct Scene {
    manager: EventManager,
    gate: Gate,
    running: Arc<AtomicUsize>,
    /// How long it takes at most until two operations are open, one inside the other.
    pace: Duration,
}

impl Scene {
    /// Runs handlers here, as Jane.
    fn recorded<F: Future>(&self, handler: F) -> Scoped<Scoped<F>> {
        self.manager.scope(scope(jane(), handler))
    }

    /// A body that runs and never returns.
    async fn stuck(self) -> Result<Answer, Problem> {
        self.running.fetch_add(1, Ordering::SeqCst);
        pending().await
    }

    fn ran(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    async fn until_running(&self) {
        until("the body runs", || self.ran() > 0).await;
    }

    fn stuck_reboot(&self) -> impl Future<Output = Result<Answer, Problem>> + Send + use<> {
        self.recorded(reboot(nuvlabox("1"), self.clone().stuck()))
    }

    /// A stuck operation inside another one.
    fn stuck_start(&self) -> impl Future<Output = Result<Answer, Problem>> + Send + use<> {
        self.recorded(start("7".parse().unwrap(), reboot(nuvlabox("1"), self.clone().stuck())))
    }
}

async fn answers(status: u16) -> Result<Answer, Problem> {
    Ok(Answer(status))
}

async fn panics() -> Result<Answer, Problem> {
    task::yield_now().await;
    panic!("on purpose")
}

async fn breaks() -> Result<Answer, Problem> {
    Err(Problem::Broken("no power"))
}

const MOMENT: Duration = Duration::from_millis(20);

type AnyTrail = Trail<Arc<dyn Journal>>;
type Happening = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Situation {
    name: &'static str,
    happens: Box<dyn Fn(Scene) -> Happening>,
    leaves: fn(&mut AnyTrail),
}

fn situation<F: Future<Output = ()> + Send + 'static>(
    name: &'static str,
    happens: fn(Scene) -> F,
    leaves: fn(&mut AnyTrail),
) -> Situation {
    Situation { name, happens: Box::new(move |scene| Box::pin(happens(scene))), leaves }
}

macro_rules! leaves {
    ($($tree:tt)*) => { |trail| assert_events!(trail, $($tree)*) };
}

fn returning() -> Vec<Situation> {
    vec![
        situation(
            "returned ok",
            |scene| async move {
                scene.recorded(reboot(nuvlabox("1"), answers(200))).await.unwrap();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => completed),
        ),
        situation(
            "returned an error",
            |scene| async move {
                scene.recorded(reboot(nuvlabox("1"), breaks())).await.unwrap_err();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(error)),
        ),
        situation(
            "ok with status 404",
            |scene| async move {
                scene.recorded(reboot(nuvlabox("1"), answers(404))).await.unwrap();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(status)),
        ),
        situation(
            "ok with status 503",
            |scene| async move {
                scene.recorded(reboot(nuvlabox("1"), answers(503))).await.unwrap();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(status)),
        ),
        situation(
            "panicked",
            |scene| async move {
                tokio::spawn(scene.recorded(reboot(nuvlabox("1"), panics()))).await.unwrap_err();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(panic)),
        ),
    ]
}

fn cancelled() -> Vec<Situation> {
    vec![
        situation(
            "a sibling panicked in join!",
            |scene| async move {
                let stuck = scene.stuck_reboot();
                let sibling = async move {
                    scene.until_running().await;
                    panic!("on purpose")
                };
                tokio::spawn(async { tokio::join!(stuck, sibling) }).await.unwrap_err();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "events::timeout",
            |scene| async move {
                events::timeout(MOMENT, scene.stuck_reboot()).await.unwrap_err();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(timeout)),
        ),
        situation(
            "tokio::time::timeout",
            |scene| async move {
                tokio::time::timeout(MOMENT, scene.stuck_reboot()).await.unwrap_err();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "a losing branch of select!",
            |scene| async move {
                tokio::select! {
                    _ = scene.stuck_reboot() => unreachable!("it never returns"),
                    () = scene.until_running() => {}
                }
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "JoinHandle::abort",
            |scene| async move {
                let task = tokio::spawn(scene.stuck_reboot());
                scene.until_running().await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation("the client disconnected", disconnect, leaves!("nuvlabox.update nuvlabox/1" => failed(cancelled))),
        situation(
            "never polled",
            |scene| async move {
                drop(scene.stuck_reboot());
            },
            |trail| assert_events!(trail),
        ),
        situation(
            "dropped on a thread outside the runtime",
            |scene| async move {
                let mut stuck = Box::pin(scene.stuck_reboot());
                let polled = std::future::poll_fn(|task| {
                    let polled = stuck.as_mut().poll(task);
                    if polled.is_pending() && scene.ran() > 0 { Poll::Ready(None) } else { polled.map(Some) }
                });
                assert_eq!(polled.await, None);
                std::thread::spawn(move || drop(stuck)).join().unwrap();
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "the runtime was shut down",
            |scene| shut_down(scene.clone(), scene.stuck_reboot()),
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "cancelled while the opening was awaited",
            |scene| async move {
                scene.gate.close();
                let task = tokio::spawn(scene.stuck_reboot());
                until("the opening is on its way", || scene.gate.holds()).await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
                scene.gate.open();
                assert_eq!(scene.ran(), 0, "the handler must not run");
            },
            leaves!("nuvlabox.reboot nuvlabox/1" => failed(cancelled)),
        ),
        situation(
            "cancelled while the closing was awaited",
            |scene| async move {
                let (gate, closing) = (scene.gate.clone(), scene.gate.clone());
                let body = async move {
                    closing.close();
                    Ok(Answer(204))
                };
                let task = tokio::spawn(scene.recorded(reboot(nuvlabox("1"), body)));
                until("the closing is on its way", || gate.holds()).await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
                gate.open();
            },
            // It had done what it was asked for.
            leaves!("nuvlabox.reboot nuvlabox/1" => completed),
        ),
    ]
}

fn nested() -> Vec<Situation> {
    vec![
        situation(
            "nested ones returned",
            |scene| async move {
                let both = async {
                    reboot(nuvlabox("1"), answers(200)).await?;
                    reboot(nuvlabox("2"), breaks()).await
                };
                scene.recorded(start("7".parse().unwrap(), both)).await.unwrap_err();
            },
            leaves!(
                "deployment.start deployment/7" => failed(error) {
                    "nuvlabox.reboot nuvlabox/1" => completed,
                    "nuvlabox.reboot nuvlabox/2" => failed(error),
                },
            ),
        ),
        situation(
            "a nested one panicked",
            |scene| async move {
                let start = start("7".parse().unwrap(), reboot(nuvlabox("1"), panics()));
                tokio::spawn(scene.recorded(start)).await.unwrap_err();
            },
            leaves!("deployment.start deployment/7" => failed(panic) {
                "nuvlabox.reboot nuvlabox/1" => failed(panic)
            }),
        ),
        situation(
            "a sibling of a nested one panicked in join!",
            |scene| async move {
                let stuck = reboot(nuvlabox("1"), scene.clone().stuck());
                let inside = scene.clone();
                let both = async move {
                    let sibling = async move {
                        inside.until_running().await;
                        panic!("on purpose")
                    };
                    tokio::join!(stuck, sibling).0
                };
                tokio::spawn(scene.recorded(start("7".parse().unwrap(), both))).await.unwrap_err();
            },
            leaves!("deployment.start deployment/7" => failed(panic) {
                "nuvlabox.reboot nuvlabox/1" => failed(cancelled)
            }),
        ),
        situation(
            "a nested one lost in select!",
            |scene| async move {
                let inside = scene.clone();
                let either = async move {
                    tokio::select! {
                        answer = reboot(nuvlabox("1"), inside.clone().stuck()) => answer,
                        () = inside.until_running() => Ok(Answer(200)),
                    }
                };
                scene.recorded(start("7".parse().unwrap(), either)).await.unwrap();
            },
            leaves!("deployment.start deployment/7" => completed {
                "nuvlabox.reboot nuvlabox/1" => failed(cancelled)
            }),
        ),
        situation(
            "a nested one ran out of time",
            |scene| async move {
                let limited = events::timeout(MOMENT, reboot(nuvlabox("1"), scene.clone().stuck()));
                let body = async { limited.await.unwrap_or(Ok(Answer(504))) };
                scene.recorded(start("7".parse().unwrap(), body)).await.unwrap();
            },
            leaves!("deployment.start deployment/7" => failed(status) {
                "nuvlabox.reboot nuvlabox/1" => failed(timeout)
            }),
        ),
        situation(
            "both ran out of time",
            |scene| async move {
                // As long as it takes until both are open.
                let running = scene.until_running();
                let mut stuck = Box::pin(events::timeout(scene.pace, scene.stuck_start()));
                tokio::select! {
                    _ = &mut stuck => panic!("the machine is too slow for this test"),
                    () = running => {}
                }
                stuck.await.unwrap_err();
            },
            leaves!("deployment.start deployment/7" => failed(timeout) {
                "nuvlabox.reboot nuvlabox/1" => failed(timeout)
            }),
        ),
        situation(
            "both were aborted",
            |scene| async move {
                let task = tokio::spawn(scene.stuck_start());
                scene.until_running().await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            },
            leaves!("deployment.start deployment/7" => failed(cancelled) {
                "nuvlabox.reboot nuvlabox/1" => failed(cancelled)
            }),
        ),
        situation(
            "the runtime of both was shut down",
            |scene| shut_down(scene.clone(), scene.stuck_start()),
            leaves!("deployment.start deployment/7" => failed(cancelled) {
                "nuvlabox.reboot nuvlabox/1" => failed(cancelled)
            }),
        ),
    ]
}

/// A client that goes away while the handler runs.
async fn disconnect(scene: Scene) {
    let manager = scene.manager.clone();
    let recorded = from_fn(move |request, next: Next| manager.scope(scope(jane(), next.run(request))));
    let app = Router::new().route("/api/nuvlabox/{id}/update", post(update)).layer(recorded).with_state(scene.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = "POST /api/nuvlabox/1/update HTTP/1.1\r\nhost: fleet\r\ncontent-length: 0\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    scene.until_running().await;
    drop(client);
    until("the handler is gone", || scene.manager.metrics().open_operations == 0).await;
    server.abort();
}

/// A runtime that ends while the handler runs.
async fn shut_down(scene: Scene, handler: impl Future<Output: Send> + Send + 'static) {
    let ends = task::spawn_blocking(move || {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(handler);
        runtime.block_on(scene.until_running());
        runtime.shutdown_timeout(LIMIT);
    });
    ends.await.unwrap();
}

/// What holds for every trail in which nothing is open.
fn assert_well_formed(events: &[Event]) {
    let place = |id| events.iter().position(|event| event.id == id).unwrap();
    for opening in events.iter().filter(|event| event.phase == Phase::Requested) {
        let closings: Vec<&Event> = events.iter().filter(|event| event.id == opening.id.closing()).collect();
        let [closing] = closings[..] else { panic!("not exactly one closing: {opening:?}") };
        assert_eq!(closing.event_type.as_str(), format!("{}.{}", opening.event_type, closing.phase));
        assert_eq!(closing.parent, Some(opening.id), "a closing's parent is its opening");
        assert_eq!(closing.root, opening.root, "a closing has its opening's root");
        assert_eq!(closing.success, Some(closing.phase == Phase::Completed));
        assert_eq!(closing.failure.is_some(), closing.phase == Phase::Failed);
        assert_eq!(closing.authn_info, opening.authn_info);
        assert!(closing.timestamp >= opening.timestamp);
        assert!(place(opening.id) < place(closing.id));
        assert!(opening.process.is_some() && closing.process.is_none());
        match opening.parent {
            None => assert_eq!(opening.root, Some(opening.id), "a root is its own"),
            Some(parent) => {
                assert_eq!(opening.root, events[place(parent)].root);
                assert!(place(closing.id) < place(parent.closing()), "a nested operation closes first");
            }
        }
    }
    let closings = events.iter().filter(|event| event.phase.closes()).count();
    assert_eq!(closings * 2, events.len(), "openings and their closings, nothing else");
}

/// Lets a situation happen, and looks at what it leaves in the journal.
async fn happens(situation: &Situation, store: &Store, builder: Builder, pace: Duration) -> EventManager {
    // Nothing here depends on a limit that runs out.
    let manager = builder.with_limits(|limits| {
        limits.opening = LIMIT;
        limits.closing_wait = LIMIT;
    });
    let manager = manager.build().unwrap();
    let scene = Scene { manager: manager.clone(), gate: store.gate.clone(), running: Arc::default(), pace };

    (situation.happens)(scene).await;

    (situation.leaves)(&mut store.trail().within(LIMIT));
    assert_well_formed(&store.trail().events());
    until("nothing is open", || manager.metrics().open_operations == 0).await;
    assert!(manager.open_operations().await.unwrap().is_empty());
    manager
}

fn all() -> impl Iterator<Item = Situation> {
    returning().into_iter().chain(cancelled()).chain(nested())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_ending_leaves_one_opening_and_one_closing() {
    for situation in all() {
        for store in Store::each() {
            println!("{} on {}", situation.name, store.name);
            happens(&situation, &store, store.builder(), Duration::from_secs(2)).await;
        }
    }
}

/// It uses the memory that the other has left.
#[tokio::test]
async fn a_call_takes_nothing_over_from_the_one_before_it_on_its_thread() {
    for situation in all() {
        let store = Store::memory();
        let manager = happens(&situation, &store, store.builder(), Duration::from_secs(2)).await;
        let mut trail = store.trail().within(LIMIT);
        (situation.leaves)(&mut trail);
        manager.scope(scope(jane(), start("7".parse().unwrap(), answers(200)))).await.unwrap();
        assert_events!(trail, "deployment.start deployment/7" => completed);
    }
}

#[cfg(feature = "elasticsearch")]
mod delivering {
    use events::Ack;
    use events_test_servers::elasticsearch;

    use super::*;
    use crate::{
        fleet::{Documents, documents},
        index::{Index, assert_same},
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn every_ending_leaves_the_same_in_elasticsearch() {
        for (server, url) in elasticsearch() {
            for ack in [Ack::Journal, Ack::Delivered("elasticsearch")] {
                let index = Index::fresh(&url);
                let mut recorded = Documents::new();
                for situation in all() {
                    println!("{} on SQLite, {ack:?}, {server}", situation.name);
                    let store = Store::sqlite();
                    let builder = store.builder().relay_to(index.connect()).acknowledge(ack);
                    let manager = happens(&situation, &store, builder, Duration::from_secs(5)).await;
                    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
                    recorded.append(&mut documents(&store.events()));
                }
                assert_same(&format!("{ack:?}, {server}"), &recorded, &index.documents());
                index.remove();
            }
        }
    }
}
