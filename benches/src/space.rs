//! Bytes on disk per event, everything included.

use crate::{
    Result,
    base::{Base, sample},
    report::{Report, Row},
    statistics::thousands,
    store::disk_bytes,
};

const GOAL: f64 = 220.0;

/// Measures the folder of the stored events.
pub(crate) fn measure(base: &Base, report: &mut Report) -> Result<()> {
    let store = base.open()?;
    store.settle()?;
    let sampled = sample(&store, base.events, 1_000)?;
    let document = sampled.iter().map(|event| event.document.len()).sum::<usize>() as f64 / sampled.len().max(1) as f64;
    let bytes = disk_bytes(&base.folder)? as f64 / base.events as f64;
    report.add(
        Row::new(format!("bytes on disk per event, {} stored", thousands(base.events as f64)), "≤ 220")
            .figure(format!("{bytes:.0}"))
            .beside(format!("{document:.0} (the document)"))
            .ratio(bytes / document)
            .met(bytes <= GOAL),
    );
    Ok(())
}
