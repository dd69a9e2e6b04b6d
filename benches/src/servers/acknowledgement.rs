//! How long an annotated handler takes whose opening Elasticsearch has to confirm, beside one that waits for the
//! journal alone. Both are delivered.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use events::{Ack, EventManager, SqliteStore, elasticsearch::Options};
use tokio::runtime::Runtime;

use crate::{
    Result,
    fleet::FleetAcls,
    load::{Recording, Run, Writer, closed_loop, runtime},
    options::Scale,
    report::{Report, Row},
    servers::cluster::Cluster,
    statistics::{median, milliseconds, thousands},
};

/// Times whole calls of a handler.
struct Whole(Recording);

impl Writer for Whole {
    type Took = [Duration; 1];

    async fn operation(&mut self) -> Option<[Duration; 1]> {
        let begun = Instant::now();
        self.0.operation().await?;
        Some([begun.elapsed()])
    }
}

/// Measures the two in turns.
pub(crate) fn measure(cluster: &Cluster, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    for callers in [1, 64] {
        let run = |ack| record(&runtime, cluster, scratch, ack, callers, scale);
        let (mut delivered, mut journal) = (Vec::new(), Vec::new());
        for _ in 0..scale.pairs {
            journal.push(run(Ack::Journal)?);
            delivered.push(run(Ack::Delivered("elasticsearch"))?);
        }
        let name =
            format!("handler of two events, acknowledged once Elasticsearch has its opening, {callers} concurrent");
        report.add(
            Row::new(name, "")
                .figure(describe(&mut delivered))
                .beside(format!("{} (the journal alone)", describe(&mut journal))),
        );
    }
    Ok(())
}

fn describe(runs: &mut [Run]) -> String {
    let mut at =
        |share| milliseconds(median(&runs.iter_mut().map(|run| run.acknowledged.millis(share)).collect::<Vec<_>>()));
    let (middle, late) = (at(0.5), at(0.99));
    let rate = median(&runs.iter().map(|run| run.rate).collect::<Vec<_>>());
    format!("p50 {middle}, p99 {late}, {} operations/s", thousands(rate))
}

/// Calls the handler over and over, with a journal and indices that are new.
fn record(
    runtime: &Runtime,
    cluster: &Cluster,
    scratch: &Path,
    ack: Ack,
    callers: usize,
    scale: &Scale,
) -> Result<Run> {
    let folder = tempfile::tempdir_in(scratch)?;
    let indices = cluster.indices("acknowledged");
    let manager = EventManager::builder(SqliteStore::open(folder.path())?)
        .resources(FleetAcls::new())
        .relay_to(indices.connect(Options::new())?)
        .acknowledge(ack)
        .build()?;
    let caller = |number| Whole(Recording::new(&manager, number));
    // The first one makes the index of the month.
    runtime.block_on(caller(0).operation()).ok_or("the first operation was refused")?;
    let run = closed_loop(runtime, callers, scale.run, caller)?;
    // What is not delivered yet is not needed any more.
    runtime.block_on(manager.shutdown(Duration::ZERO));
    Ok(run)
}
