//! How long after a handler was acknowledged its closing is found by searches in Elasticsearch, and read by a
//! consumer of Kafka, under a light load.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use events::{
    EventManager, SqliteStore,
    elasticsearch::{Options, Refresh},
    prelude::*,
};
use serde::Deserialize;
use serde_json::json;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    Result,
    connection::{Connection, json_request},
    fleet::{Draws, FleetAcls, Nuvlabox, RebootOptions},
    load::runtime,
    options::Scale,
    report::{Report, Row},
    servers::{
        broker::{Broker, Consumer, Topic},
        cluster::{Cluster, Indices},
        delivery::delivered,
    },
    statistics::{Durations, milliseconds, thousands},
};

/// Operations a second, two events each.
const OPERATIONS: u32 = 200;

/// What is not there after so long is lost.
const LIMIT: Duration = Duration::from_secs(30);

/// How long to wait between two looks into Elasticsearch.
const LOOK: Duration = Duration::from_millis(2);

/// Two durable events of about 1 KB; answers the id of the first.
#[action(
    event = "nuvlabox.commission",
    category = "action",
    details(force: bool = options.force, delay_seconds: u32 = options.delay_seconds, release: &'static str = options.release)
)]
async fn commission(id: &Href<Nuvlabox>, options: &RebootOptions) -> std::result::Result<Option<EventId>, Refused> {
    Ok(Operation::current().id())
}

/// Measures with both refresh policies.
pub(crate) fn measure(
    cluster: &Cluster,
    broker: &Broker,
    scratch: &Path,
    scale: &Scale,
    report: &mut Report,
) -> Result<()> {
    let runtime = runtime()?;
    let policies =
        [(Refresh::Soon, "refreshed every second, the default"), (Refresh::Now, "refreshed with every batch")];
    for (refresh, words) in policies {
        let topic = runtime.block_on(broker.topic())?;
        let indices = cluster.indices("arrival");
        let [searchable, consumed] = follow(&runtime, &indices, refresh, &topic, scratch, scale.sustained)?;
        add(format!("from acknowledgement to searchable in Elasticsearch, {words}"), searchable, report);
        if refresh == Refresh::Soon {
            add("from acknowledgement to a consumer of Kafka".to_owned(), consumed, report);
        }
    }
    Ok(())
}

fn add(name: String, mut took: Durations, report: &mut Report) {
    let [middle, late, longest] = [0.5, 0.99, 1.0].map(|share| milliseconds(took.millis(share)));
    report.add(
        Row::new(name, "")
            .figure(format!("p50 {middle}, p99 {late}, longest {longest}"))
            .beside(format!("{} operations at {OPERATIONS}/s", thousands(took.len() as f64))),
    );
}

/// Records for a while, and follows what was acknowledged to both places.
fn follow(
    runtime: &Runtime,
    indices: &Indices<'_>,
    refresh: Refresh,
    topic: &Topic<'_>,
    scratch: &Path,
    duration: Duration,
) -> Result<[Durations; 2]> {
    let folder = tempfile::tempdir_in(scratch)?;
    let manager = EventManager::builder(SqliteStore::open(folder.path())?)
        .resources(FleetAcls::new())
        .relay_to(indices.connect(Options::new().refresh(refresh))?)
        .relay_to(topic.connect()?)
        .build()?;
    let [searchable, consumed] = [Arrivals::default(), Arrivals::default()];
    let stopped = Arc::new(AtomicBool::new(false));
    let reading = {
        let (consumer, consumed, stopped) = (topic.consumer()?, consumed.clone(), stopped.clone());
        runtime.spawn_blocking(move || read(&consumer, &consumed, &stopped))
    };
    let (host, prefix) = (indices.cluster.host().to_owned(), indices.prefix.clone());
    let followed = runtime.block_on(async {
        // The first event waits until the index of the month is made, and the consumer has found the topic.
        record(&manager, Duration::ZERO, std::slice::from_ref(&consumed)).await?;
        delivered(&manager, LIMIT).await?;
        consumed.forget();
        let looking = tokio::spawn(look(host, prefix, searchable.clone(), stopped.clone()));
        record(&manager, duration, &[searchable.clone(), consumed.clone()]).await?;
        Result::Ok(looking)
    });
    stopped.store(true, Ordering::Relaxed);
    runtime.block_on(reading)??;
    runtime.block_on(followed?)??;
    runtime.block_on(manager.shutdown(Duration::from_secs(5)));
    Ok([searchable.took(), consumed.took()])
}

/// Records at a steady pace, then waits until everything has arrived everywhere.
async fn record(manager: &EventManager, duration: Duration, everywhere: &[Arrivals]) -> Result<()> {
    let mut draws = Draws::new(1);
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / OPERATIONS);
    let mut operations = JoinSet::new();
    let begun = Instant::now();
    loop {
        ticks.tick().await;
        let (draw, manager, everywhere) = (draws.draw(), manager.clone(), everywhere.to_vec());
        operations.spawn(async move {
            let handler = events::scope(draw.context, commission(&draw.id, &draw.options));
            let id = manager.scope(handler).await?.ok_or("a handler ran outside of an operation")?;
            everywhere.iter().for_each(|arrivals| arrivals.acknowledged(id.closing()));
            Result::Ok(())
        });
        if begun.elapsed() >= duration {
            break;
        }
    }
    while let Some(ended) = operations.join_next().await {
        ended??;
    }
    let until = Instant::now() + LIMIT;
    while let Some(missing) = everywhere.iter().find_map(Arrivals::oldest_missing) {
        if Instant::now() > until {
            return Err(format!("{missing} has not arrived after {LIMIT:?}: {:?}", manager.relays()).into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// When events were acknowledged, and when they arrived at one place. A clone is the same.
#[derive(Clone, Debug, Default)]
struct Arrivals(Arc<Mutex<Times>>);

#[derive(Debug, Default)]
struct Times {
    acknowledged: HashMap<EventId, Instant>,
    arrived: HashMap<EventId, Instant>,
    /// Acknowledged, and not arrived.
    missing: BTreeSet<EventId>,
}

impl Arrivals {
    fn lock(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn acknowledged(&self, id: EventId) {
        let (mut times, now) = (self.lock(), Instant::now());
        times.acknowledged.insert(id, now);
        if !times.arrived.contains_key(&id) {
            times.missing.insert(id);
        }
    }

    fn arrived(&self, id: EventId) {
        let (mut times, now) = (self.lock(), Instant::now());
        times.arrived.entry(id).or_insert(now);
        times.missing.remove(&id);
    }

    fn oldest_missing(&self) -> Option<EventId> {
        self.lock().missing.first().copied()
    }

    fn forget(&self) {
        *self.lock() = Times::default();
    }

    /// From acknowledged to arrived; nothing where it arrived first.
    fn took(&self) -> Durations {
        let times = self.lock();
        let mut all = Durations::default();
        for (id, acknowledged) in &times.acknowledged {
            if let Some(arrived) = times.arrived.get(id) {
                all.push(arrived.saturating_duration_since(*acknowledged));
            }
        }
        all
    }
}

/// Reads the topic until it is stopped.
fn read(consumer: &Consumer, arrivals: &Arrivals, stopped: &AtomicBool) -> Result<()> {
    while !stopped.load(Ordering::Relaxed) {
        if let Some(id) = consumer.next()? {
            arrivals.arrived(id);
        }
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    hits: Hits,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_id")]
    id: String,
}

/// Searches for closings since the oldest that is missing, over and over until it is stopped.
async fn look(host: String, prefix: String, arrivals: Arrivals, stopped: Arc<AtomicBool>) -> Result<()> {
    let mut connection = Connection::open(&host).await?;
    let path = format!("/{prefix}/_search?ignore_unavailable=true&filter_path=hits.hits._id");
    while !stopped.load(Ordering::Relaxed) {
        if let Some(missing) = arrivals.oldest_missing() {
            let query = json!({
                "query": { "bool": { "filter": [
                    { "term": { "phase": "completed" } },
                    { "range": { "timestamp": { "gte": missing.timestamp().to_string() } } },
                ] } },
                "sort": [{ "timestamp": "asc" }],
                "size": 1_000,
                "_source": false,
                "track_total_hits": false,
            });
            let answer = connection.ask(&json_request(&host, "POST", &path, query.to_string().as_bytes())).await?;
            let found: Found = serde_json::from_slice(&answer)?;
            for hit in found.hits.hits {
                arrivals.arrived(format!("event/{}", hit.id).parse()?);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
