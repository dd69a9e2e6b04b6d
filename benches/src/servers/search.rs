//! Searches in Elasticsearch beside the same ones in the embedded store: the same events, questions and load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use events::{EventManager, Journal as _};

use crate::{
    Result,
    base::{Base, sample},
    fleet::FleetAcls,
    load::runtime,
    options::Scale,
    report::{Report, Row},
    searching::{Questions, paced},
    servers::delivery::Delivered,
    statistics::thousands,
};

/// Asks both while events are recorded, and delivered.
pub(crate) fn measure(base: &Base, delivered: &Delivered<'_>, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    let store = base.open()?;
    let questions = Questions::about(&sample(&store, base.events, scale.questions as u64)?)?;
    let embedded = store.search();
    let manager = EventManager::builder(store)
        .resources(FleetAcls::new())
        .relay_to(delivered.indices.connect(delivered.options())?)
        .search_in(delivered.relay())
        .build()?;
    let elasticsearch = manager.searcher().ok_or("the manager searches in Elasticsearch")?;
    let stopped = Arc::new(AtomicBool::new(false));
    let writer = runtime.spawn(paced(manager.clone(), stopped.clone()));
    let asked = runtime.block_on(async {
        let pages =
            [questions.pages(&*elasticsearch, |query| query).await?, questions.pages(&*embedded, |query| query).await?];
        let counts = [questions.counts(&*elasticsearch).await?, questions.counts(&*embedded).await?];
        Result::Ok([("newest 20", pages), ("exact count", counts)])
    });
    stopped.store(true, Ordering::Relaxed);
    let (written, wrote_for) = runtime.block_on(writer)?;
    let (events, rate) = (thousands(base.events as f64), written as f64 / wrote_for.as_secs_f64());
    for (what, [elasticsearch, embedded]) in asked? {
        let elasticsearch = elasticsearch.summary(&format!("Elasticsearch, {what}"));
        let embedded = embedded.summary(&format!("embedded, {what}"));
        let name = format!(
            "{what} by any key under ACL in Elasticsearch, {events} stored, {rate:.0} events/s written meanwhile"
        );
        report.add(
            Row::new(name, "")
                .figure(elasticsearch.to_string())
                .beside(format!("{embedded} (the embedded store)"))
                .ratio(elasticsearch.late / embedded.late),
        );
    }
    runtime.block_on(manager.shutdown(Duration::from_secs(30)));
    Ok(())
}
