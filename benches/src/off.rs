//! What the attribute costs where nothing is recorded.

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context as Task, Waker},
    time::Instant,
};

use events::{EventManager, Policy};

use crate::{
    Result,
    fleet::{Draw, Draws, reboot, reboot_unannotated},
    gate::Gate,
    options::Scale,
    report::{Report, Row},
    statistics::{fastest_tenth, median},
};

/// Calls that are timed together, and how often; the fastest tenth counts, on both sides.
const CALLS: u32 = 500;
const BATCHES: u32 = 400;
/// Nanoseconds more than without the attribute.
const GOAL: f64 = 50.0;

/// Measures handlers with and without the attribute in turns.
pub(crate) fn measure(scale: &Scale, report: &mut Report) -> Result<()> {
    let off = Policy::new().off_event_type("nuvlabox.reboot");
    let switched_off = EventManager::builder(Gate::default()).policy(off).build()?;
    for (name, manager) in [("switched off by policy", switched_off), ("no events at all", EventManager::disabled())] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        let draw = Draws::new(1).draw();
        for _ in 0..scale.pairs {
            without.push(nanos(&manager, &draw, async || reboot_unannotated(&draw.id, &draw.options).await.is_ok()));
            with.push(nanos(&manager, &draw, async || reboot(&draw.id, &draw.options).await.is_ok()));
        }
        let (with, without) = (median(&with), median(&without));
        report.add(
            Row::new(format!("{name}, against the handler without the attribute"), "≤ 50 ns more")
                .figure(format!("{with:.0} ns, {:.0} ns more", with - without))
                .beside(format!("{without:.0} ns"))
                .met(with - without <= GOAL),
        );
    }
    Ok(())
}

/// Nanoseconds of one call.
fn nanos(manager: &EventManager, draw: &Draw, handler: impl AsyncFn() -> bool) -> f64 {
    let calls = async {
        let mut batches = Vec::new();
        for _ in 0..BATCHES {
            let begun = Instant::now();
            for _ in 0..CALLS {
                black_box(handler().await);
            }
            batches.push(begun.elapsed().as_nanos() as f64 / f64::from(CALLS));
        }
        fastest_tenth(&batches)
    };
    let mut calls = pin!(manager.scope(events::scope(draw.context.clone(), calls)));
    loop {
        // Nothing in it waits: the first poll is the last.
        if let std::task::Poll::Ready(nanos) = calls.as_mut().poll(&mut Task::from_waker(Waker::noop())) {
            return nanos;
        }
    }
}
