//! The rate and the stalls of a long run: nothing can be put off for so long.

use std::{path::Path, sync::Arc};

use events::EventManager;

use crate::{
    Result,
    base::Base,
    fleet::{Draws, FleetAcls, recorded_pairs},
    floor::Floor,
    load::{Recording, ToFloor, closed_loop, runtime},
    options::Scale,
    report::{Report, Row},
    statistics::{milliseconds, thousands},
};

const WRITERS: usize = 64;
const GOAL: f64 = 0.5;
/// Milliseconds.
const LONGEST_STALL: f64 = 100.0;

/// Measures the floor for a third of the time before and after the store.
pub(crate) fn measure(base: &Base, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    let events = recorded_pairs(256)?;
    let floor = Arc::new(Floor::start(&scratch.join("floor.log"))?);
    let store = base.open()?;
    let manager = EventManager::builder(store.clone()).resources(FleetAcls::new()).build()?;
    let floor = || {
        let writer = |number| ToFloor { floor: floor.clone(), events: events.clone(), draws: Draws::new(number) };
        closed_loop(&runtime, WRITERS, scale.sustained / 3, writer)
    };
    let mut before = floor()?;
    let begun = std::time::Instant::now();
    let mut ours = closed_loop(&runtime, WRITERS, scale.sustained, |number| Recording::new(&manager, number))?;
    let recorded = begun.elapsed();
    // What waits for the background is part of the price.
    store.settle()?;
    let rate = ours.rate * recorded.as_secs_f64() / begun.elapsed().as_secs_f64();
    let mut after = floor()?;

    let floor_rate = f64::midpoint(before.rate, after.rate);
    let (ratio, seconds) = (rate / floor_rate, scale.sustained.as_secs());
    let row = Row::new(
        format!("durable events/s over {seconds} s, {WRITERS} concurrent, background work included"),
        format!("≥ {GOAL:.2} of the floor"),
    );
    report.add(
        row.figure(format!("{}/s", thousands(rate)))
            .beside(format!("{}/s", thousands(floor_rate)))
            .ratio(ratio)
            .met(ratio >= GOAL),
    );
    let longest = ours.acknowledged.millis(1.0);
    let row = Row::new(format!("longest stall in {seconds} s"), "≤ 100 ms");
    report.add(
        row.figure(milliseconds(longest))
            .beside(milliseconds(before.acknowledged.millis(1.0).max(after.acknowledged.millis(1.0))))
            .met(longest <= LONGEST_STALL),
    );
    Ok(())
}
