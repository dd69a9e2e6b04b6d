//! Bytes on disk per event in Elasticsearch, before and after it merged its segments, beside the embedded store.

use events::Journal as _;
use serde::Deserialize;

use crate::{
    Result,
    base::Base,
    report::{Report, Row},
    servers::{cluster::Indices, delivery::Delivered},
    statistics::thousands,
    store::disk_bytes,
};

/// Measures the indices of what was delivered.
pub(crate) fn measure(base: &Base, delivered: &Delivered<'_>, report: &mut Report) -> Result<()> {
    let store = base.open()?;
    store.settle()?;
    let embedded = disk_bytes(&base.folder)? as f64 / store.last_seq().0 as f64;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let indices = &delivered.indices;
    let (figure, events, bytes) = runtime.block_on(async {
        let (bytes, events) = per_event(indices).await?;
        if let Err(error) = indices.ask("POST", "_forcemerge?max_num_segments=1", None).await {
            eprintln!("    not merged: {error}");
            return Result::Ok((format!("{bytes:.0}, as it is"), events, bytes));
        }
        let (merged, _) = per_event(indices).await?;
        Ok((format!("{bytes:.0}; {merged:.0} after a force merge"), events, bytes))
    })?;
    let name = format!("bytes on disk per event in Elasticsearch, {} stored", thousands(events));
    report.add(
        Row::new(name, "").figure(figure).beside(format!("{embedded:.0} (the embedded store)")).ratio(bytes / embedded),
    );
    Ok(())
}

#[derive(Deserialize)]
struct Segment {
    size: String,
    #[serde(rename = "docs.count")]
    events: String,
    prirep: String,
}

/// Bytes of an event without copies, and how many there are.
async fn per_event(indices: &Indices<'_>) -> Result<(f64, f64)> {
    // Otherwise some of them stand in the log alone.
    for what in ["_refresh", "_flush"] {
        indices.ask("POST", what, None).await?;
    }
    // The statistics of an index are up to ten seconds old.
    let path = format!("/_cat/segments/{}?format=json&bytes=b&h=size,docs.count,prirep", indices.prefix);
    let segments: Vec<Segment> = serde_json::from_value(indices.cluster.ask("GET", &path, None).await?)?;
    let (mut bytes, mut events) = (0.0, 0.0);
    for segment in segments.iter().filter(|segment| segment.prirep == "p") {
        bytes += segment.size.parse::<f64>()?;
        events += segment.events.parse::<f64>()?;
    }
    Ok((bytes / events, events))
}
