//! What recording costs in process: two events of about 1 KB, up to the moment they are handed over.

use std::{
    future::{Future, poll_fn},
    hint::black_box,
    io,
    pin::{Pin, pin},
    task::{Context as Task, Poll, Waker},
    time::{Duration, Instant},
};

use allocation_counter::AllocationInfo;
use events::{Builder, Context, EventManager};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::{
    Result,
    fleet::{Draw, Draws, FleetAcls, reboot},
    gate::Gate,
    options::Scale,
    processor,
    report::{Report, Row},
    statistics::{fastest_tenth, median},
};

/// Operations that are under way at once.
const BATCH: usize = 64;
/// Batches of a run; the fastest tenth of them counts, on both sides.
const BATCHES: usize = 300;

/// Measures recording and `tracing` in turns, on the processor on which `tracing` is faster right now.
pub(crate) fn measure(scale: &Scale, report: &mut Report) -> Result<()> {
    let (here, elsewhere) = processors()?;
    let mut plain = processor::on(here, || Bench::new(|builder| builder))?;
    let mut handed_over = processor::on(elsewhere, || Bench::new(|builder| builder))?;
    let mut with_acls = processor::on(here, || Bench::new(|builder| builder.resources(FleetAcls::new())))?;
    let (mut recording, mut handing_over, mut looking_up, mut tracing) = (vec![], vec![], vec![], vec![]);
    for _ in 0..scale.pairs {
        recording.push(processor::on(here, || plain.run())?);
        tracing.push(processor::on(here, || Ok(traced()))?);
        handing_over.push(processor::on(here, || handed_over.run())?);
        looking_up.push(processor::on(here, || with_acls.run())?);
    }
    let beside_tracing = |runs: &[Cost]| {
        let ratios: Vec<f64> = runs.iter().zip(&tracing).map(|(ours, peer)| ours.nanos / peer.nanos).collect();
        median(&ratios)
    };
    let (ratio, ours, peer) = (beside_tracing(&recording), Cost::median(&recording), Cost::median(&tracing));
    let name = format!("recording in process, two events of {} bytes, before hand-off", plain.gate.mean_bytes());
    report.add(
        Row::new(name, "≤ 800 ns and ≤ 4 allocations")
            .figure(ours.to_string())
            .met(ours.nanos <= 800.0 && ours.allocations <= 4.0),
    );
    report.add(
        Row::new("the same against `tracing`: a span of 10 fields, JSON layer, to nowhere", "≤ 0.1 of it")
            .figure(ours.to_string())
            .beside(peer.to_string())
            .ratio(ratio)
            .met(ratio <= 0.1),
    );
    if elsewhere.is_some() {
        report.add(
            Row::new("the same, while the journal's thread is on another processor", "")
                .figure(Cost::median(&handing_over).to_string())
                .beside(peer.to_string())
                .ratio(beside_tracing(&handing_over)),
        );
    }
    report.add(
        Row::new("the same, looking up an ACL in memory", "")
            .figure(Cost::median(&looking_up).to_string())
            .beside("the application's look-up included"),
    );
    Ok(())
}

/// The processor to measure on, and another one.
fn processors() -> Result<(Option<usize>, Option<usize>)> {
    let mut timed = Vec::new();
    for processor in processor::allowed()? {
        timed.push((processor, processor::on(Some(processor), || Ok(traced().nanos))?));
    }
    timed.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut fastest = timed.into_iter().map(|(processor, _)| processor);
    Ok((fastest.next(), fastest.next()))
}

/// What one operation costs the thread that runs it.
#[derive(Clone, Copy, Debug)]
struct Cost {
    nanos: f64,
    allocations: f64,
}

impl Cost {
    fn median(costs: &[Self]) -> Self {
        Self {
            nanos: median(&costs.iter().map(|cost| cost.nanos).collect::<Vec<_>>()),
            allocations: median(&costs.iter().map(|cost| cost.allocations).collect::<Vec<_>>()),
        }
    }

    /// Of batches of a known size.
    fn of(batches: &[(Duration, u64)], size: usize) -> Self {
        let size = size as f64;
        let nanos: Vec<f64> = batches.iter().map(|(took, _)| took.as_nanos() as f64 / size).collect();
        let allocations: Vec<f64> = batches.iter().map(|(_, allocations)| *allocations as f64 / size).collect();
        Self { nanos: fastest_tenth(&nanos), allocations: median(&allocations) }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} ns, {:.1} allocations", self.nanos, self.allocations)
    }
}

type Handler<'d> = Pin<Box<dyn Future<Output = bool> + Send + 'd>>;

/// A manager whose journal answers when it is told to.
struct Bench {
    manager: EventManager,
    gate: Gate,
    draws: Draws,
    /// Handed over in all.
    events: u64,
}

impl Bench {
    fn new(set: impl FnOnce(Builder) -> Builder) -> Result<Self> {
        // The allocator gives free pages back to the operating system from a limit on that rises with the largest
        // piece that was ever freed. Without this it would give the pages of every batch back, and take them
        // again in the next, as it does not in a server that goes on recording.
        drop(black_box(Vec::<u8>::with_capacity(24 << 20)));
        let gate = Gate::default();
        let manager = set(EventManager::builder(gate.clone())).build()?;
        Ok(Self { manager, gate, draws: Draws::new(1), events: 0 })
    }

    fn run(&mut self) -> Result<Cost> {
        let mut batches = Vec::new();
        for _ in 0..BATCHES {
            batches.push(self.batch()?);
        }
        Ok(Cost::of(&batches, BATCH))
    }

    /// The time and the allocations of a batch of operations.
    fn batch(&mut self) -> Result<(Duration, u64)> {
        let draws: Vec<Draw> = (0..=BATCH).map(|_| self.draws.draw()).collect();
        let mut handlers: Vec<Handler<'_>> = draws.iter().map(handler).collect();
        // Who acts is put in place by the HTTP layer, once for a request: not a part of recording.
        let context = &draws[0].context;
        // The first of them keeps the manager's thread at the gate.
        let (plug, handlers) = handlers.split_first_mut().ok_or("a batch is not empty")?;
        let mut total = (Duration::ZERO, 0);
        // Openings are handed over at the first poll, closings at the second.
        for _ in 0..2 {
            self.gate.close();
            // Its opening may have gone through without being answered yet: ask again.
            while !self.gate.is_held() {
                self.inside(context, |task| {
                    let _ = plug.as_mut().poll(task);
                });
                std::thread::yield_now();
            }
            let mut took = Duration::ZERO;
            let mut allocations = AllocationInfo::default();
            self.inside(context, |task| {
                allocations = allocation_counter::measure(|| {
                    let begun = Instant::now();
                    for handler in &mut *handlers {
                        let _ = handler.as_mut().poll(task);
                    }
                    took = begun.elapsed();
                });
            });
            total = (total.0 + took, total.1 + allocations.count_total);
            self.gate.open();
            self.events += 1 + BATCH as u64;
            self.gate.wait_for(self.events);
        }
        // The answers are on their way.
        for handler in handlers.iter_mut().chain([plug]) {
            let begun = Instant::now();
            loop {
                let mut polled = Poll::Pending;
                self.inside(context, |task| polled = handler.as_mut().poll(task));
                match polled {
                    Poll::Ready(true) => break,
                    Poll::Ready(false) => return Err("an operation was refused while recording was measured".into()),
                    Poll::Pending if begun.elapsed() > Duration::from_secs(5) => return Err("no answer".into()),
                    Poll::Pending => std::thread::yield_now(),
                }
            }
        }
        Ok(total)
    }

    /// Does something where operations are recorded as done by a caller.
    fn inside(&self, context: &Context, mut act: impl FnMut(&mut Task<'_>)) {
        let act = poll_fn(|task| {
            act(task);
            Poll::Ready(())
        });
        let act = pin!(self.manager.scope(events::scope(context.clone(), act)));
        let _ = act.poll(&mut Task::from_waker(Waker::noop()));
    }
}

fn handler(draw: &Draw) -> Handler<'_> {
    Box::pin(async move { reboot(&draw.id, &draw.options).await.is_ok() })
}

/// The peer: a span with ten fields, written when it is opened and when it is closed.
fn traced() -> Cost {
    let layer = tracing_subscriber::fmt().json().with_writer(io::sink);
    let subscriber = layer.with_span_events(FmtSpan::NEW | FmtSpan::CLOSE).finish();
    tracing::subscriber::with_default(subscriber, || {
        let mut draws = Draws::new(1);
        let batches: Vec<_> = (0..BATCHES)
            .map(|_| {
                let draws: Vec<Draw> = (0..BATCH).map(|_| draws.draw()).collect();
                let mut took = Duration::ZERO;
                let allocations = allocation_counter::measure(|| {
                    let begun = Instant::now();
                    draws.iter().for_each(traced_operation);
                    took = begun.elapsed();
                });
                (took, allocations.count_total)
            })
            .collect();
        Cost::of(&batches, BATCH)
    })
}

fn traced_operation(draw: &Draw) {
    let caller = draw.context.caller();
    let claim = |claim: &Option<events::Claim>| claim.clone();
    let span = tracing::info_span!(
        "reboot",
        event_type = "nuvlabox.reboot",
        category = "action",
        severity = "high",
        resource = %draw.id,
        user = ?claim(&caller.user_id),
        active_claim = ?claim(&caller.active_claim),
        session = ?claim(&caller.session_id),
        force = draw.options.force,
        delay_seconds = draw.options.delay_seconds,
        release = draw.options.release,
    );
    let _entered = span.enter();
    black_box(draw);
}
