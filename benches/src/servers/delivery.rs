//! Events a second into Elasticsearch: a relay that begins with the first event of a journal, beside a loop
//! that sends the same requests by hand.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use events::{Destination as _, EventManager, Journal as _, Registry, RelayStatus, elasticsearch::Options};
use tokio::runtime::Runtime;

use crate::{
    Result,
    base::Base,
    options::Scale,
    report::{Report, Row},
    servers::{
        bulk_loop::BulkLoop,
        cluster::{Cluster, Indices},
    },
    statistics::{median, thousands},
};

const GOAL: f64 = 0.9;

/// Between two looks at how far relays are: looking every two milliseconds takes a fiftieth of a core from relay
/// and server.
const PAUSE: Duration = Duration::from_millis(20);

/// A relay that does not get on for so long is broken.
const LIMIT: Duration = Duration::from_secs(600);

/// A journal's events in Elasticsearch.
#[derive(Debug)]
pub(crate) struct Delivered<'c> {
    pub(crate) indices: Indices<'c>,
    /// The name of the relay that delivered them, and of its destination.
    relay: String,
}

impl Delivered<'_> {
    pub(crate) fn relay(&self) -> &str {
        &self.relay
    }

    /// How the same relay goes on.
    pub(crate) fn options(&self) -> Options {
        Options::new().named(&self.relay)
    }
}

/// Measures relay and loop in turns. What the relay delivered last is left where it is.
pub(crate) fn measure<'c>(
    base: &Base,
    cluster: &'c Cluster,
    scale: &Scale,
    report: &mut Report,
) -> Result<Delivered<'c>> {
    let runtime = crate::load::runtime()?;
    let (by_hand, indices) = (cluster.indices("loop"), cluster.indices("relay"));
    let mut delivered = Delivered { indices, relay: "relay-0".to_owned() };
    // Warms the server up, and makes what the loop sends.
    deliver(&runtime, base, &delivered)?;
    let batches = by_hand.connect(Options::new())?.batches();
    let store = base.open()?;
    let requests = Arc::new(runtime.block_on(BulkLoop::of(&store, &delivered.indices, &by_hand, batches))?);
    store.close();
    drop(store);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 1..=scale.pairs {
        // Neither pays for the merges of what the other one left.
        runtime.block_on(delivered.indices.clear())?;
        make_room(&runtime, &by_hand)?;
        // One thread: sending what is ready keeps it idle most of the time.
        let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let took = alone.block_on(requests.run())?;
        theirs.push(requests.events as f64 / took.as_secs_f64());
        runtime.block_on(by_hand.clear())?;
        delivered.relay = format!("relay-{pair}");
        ours.push(deliver(&runtime, base, &delivered)?);
        eprintln!("    {} beside {} events/s", thousands(ours[pair - 1]), thousands(theirs[pair - 1]));
    }
    let ratio = median(&ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>());
    let (events, in_flight) = (batches.events, batches.in_flight);
    report.add(
        Row::new(
            format!(
                "events/s from a journal of {} into {cluster}, batches of {events}, {in_flight} under way",
                thousands(requests.events as f64)
            ),
            "≥ 0.90 of a `_bulk` loop tuned by hand",
        )
        .figure(format!("{}/s", thousands(median(&ours))))
        .beside(format!("{}/s", thousands(median(&theirs))))
        .ratio(ratio)
        .met(ratio >= GOAL),
    );
    Ok(delivered)
}

/// Nothing is there, and everything is set up as a relay wants it.
fn make_room(runtime: &Runtime, indices: &Indices<'_>) -> Result<()> {
    runtime.block_on(async {
        indices.clear().await?;
        Ok(indices.connect(Options::new())?.set_up(&Registry::collect()).await?)
    })
}

/// Delivers everything anew; events a second, from the start of the relay until the last is confirmed.
fn deliver(runtime: &Runtime, base: &Base, to: &Delivered<'_>) -> Result<f64> {
    make_room(runtime, &to.indices)?;
    let (store, destination) = (base.open()?, to.indices.connect(to.options())?);
    let begun = Instant::now();
    let manager = EventManager::builder(store).relay_to(destination).build()?;
    let relays = runtime.block_on(delivered(&manager, LIMIT))?;
    let took = begun.elapsed();
    let relay = relays.first().ok_or("the manager has no relay")?;
    // A server with little memory sends some back on both sides, to be sent again.
    if relay.dead_letters + relay.missing > 0 {
        return Err(format!("not every event was delivered: {relay:?}").into());
    }
    runtime.block_on(manager.shutdown(Duration::from_secs(5)));
    Ok(relay.delivered as f64 / took.as_secs_f64())
}

/// Waits until every relay has confirmed everything.
pub(crate) async fn delivered(manager: &EventManager, within: Duration) -> Result<Vec<RelayStatus>> {
    let begun = Instant::now();
    loop {
        let relays = manager.relays();
        if relays.iter().all(|relay| relay.behind == 0) {
            return Ok(relays);
        }
        if begun.elapsed() > within {
            return Err(format!("not everything is delivered after {within:?}: {relays:?}").into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}
