//! Durable events a second, index included, and how long an acknowledgement takes.

use std::{path::Path, sync::Arc};

use events::EventManager;

use crate::{
    Result,
    base::Base,
    fleet::{Draws, FleetAcls, recorded_pairs},
    floor::Floor,
    load::{Recording, Run, ToFloor, ToTable, closed_loop, runtime},
    options::Scale,
    report::{Report, Row},
    statistics::{median, milliseconds, thousands},
    table::Table,
};

/// Writers, and the share of the floor that is to be reached.
const GOALS: [(usize, f64); 4] = [(1, 0.65), (8, 0.65), (64, 0.65), (256, 0.60)];

/// As many times the ordinary table's rate, with 64 writers.
const TABLE_GOAL: f64 = 10.0;

/// Measures store, floor and table in turns.
pub(crate) fn measure(base: &Base, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    let events = recorded_pairs(256)?;
    let floor = Arc::new(Floor::start(&scratch.join("floor.log"))?);
    let table = Arc::new(Table::start(&scratch.join("table.db"), &events, scale.table_rows)?);
    let store = base.open()?;
    let manager = EventManager::builder(store.clone()).resources(FleetAcls::new()).build()?;
    let stored = thousands(base.events as f64);
    for (writers, goal) in GOALS {
        let (mut ours, mut floors, mut tables) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..scale.pairs {
            let floor = |number| ToFloor { floor: floor.clone(), events: events.clone(), draws: Draws::new(number) };
            floors.push(closed_loop(&runtime, writers, scale.run, floor)?);
            ours.push(closed_loop(&runtime, writers, scale.run, |number| Recording::new(&manager, number))?);
            if writers == 64 {
                // What was sealed late must not be charged to the table.
                store.settle()?;
                let table =
                    |number| ToTable { table: table.clone(), events: events.clone(), draws: Draws::new(number) };
                tables.push(closed_loop(&runtime, writers, scale.run, table)?);
            }
        }
        let ratio = ratio(&ours, &floors);
        let row = Row::new(
            format!("durable events/s, {writers} concurrent, {stored} stored"),
            format!("≥ {goal:.2} of the floor"),
        );
        report.add(
            row.figure(format!("{}/s", thousands(rate(&ours))))
                .beside(format!("{}/s", thousands(rate(&floors))))
                .ratio(ratio)
                .met(ratio >= goal),
        );
        if !tables.is_empty() {
            add_table(&ours, &tables, scale, report);
            add_acknowledgement(&mut ours, &mut floors, report);
        }
    }
    let refused = manager.metrics().refused;
    if refused > 0 {
        return Err(format!("{refused} operations were refused while throughput was measured").into());
    }
    Ok(())
}

fn add_table(ours: &[Run], tables: &[Run], scale: &Scale, report: &mut Report) {
    let ratio = ratio(ours, tables);
    let row = Row::new(
        format!("the same against an ordinary table of {} rows with 9 indexes", thousands(scale.table_rows as f64)),
        format!("≥ {TABLE_GOAL:.0} × the table"),
    );
    report.add(
        row.figure(format!("{}/s", thousands(rate(ours))))
            .beside(format!("{}/s", thousands(rate(tables))))
            .ratio(ratio)
            .met(ratio >= TABLE_GOAL),
    );
}

fn add_acknowledgement(ours: &mut [Run], floors: &mut [Run], report: &mut Report) {
    let at = |runs: &mut [Run], share: f64| {
        median(&runs.iter_mut().map(|run| run.acknowledged.millis(share)).collect::<Vec<_>>())
    };
    let describe = |runs: &mut [Run]| {
        let [middle, late] = [0.5, 0.99].map(|share| milliseconds(at(runs, share)));
        format!("p50 {middle}, p99 {late}, longest {}", milliseconds(at(runs, 1.0)))
    };
    let (late, floor_late) = (at(ours, 0.99), at(floors, 0.99));
    let ratio = late / floor_late;
    let row = Row::new("acknowledgement, 64 concurrent", "p99 ≤ 12 × the floor's and ≤ 10 ms");
    report.add(row.figure(describe(ours)).beside(describe(floors)).ratio(ratio).met(ratio <= 12.0 && late <= 10.0));
}

fn rate(runs: &[Run]) -> f64 {
    median(&runs.iter().map(|run| run.rate).collect::<Vec<_>>())
}

/// The median of the ratios of the pairs.
fn ratio(ours: &[Run], others: &[Run]) -> f64 {
    median(&ours.iter().zip(others).map(|(ours, other)| ours.rate / other.rate).collect::<Vec<_>>())
}
