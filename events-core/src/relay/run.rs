//! The thread of a relay.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, mpsc},
    task::Poll,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    Relay,
    ahead::ReadAhead,
    attempt::{Answers, attempt, limited},
    backoff::Backoff,
    ledger::Ledger,
    status::RelayState,
    window::{Batch, Window},
};
use crate::{
    destination::NotReady, id::Random, journal::Seq, manager::Shared, opaque::Opaque, source::Source, thread::unharmed,
};

/// How the thread and whoever builds the manager begin together.
pub(super) struct Start {
    /// Where the destination's first answer is told.
    pub(super) ready: Option<mpsc::Sender<Result<(), NotReady>>>,
    /// Nothing is delivered before every destination was asked.
    pub(super) go: Option<oneshot::Receiver<()>>,
}

/// Delivers until the relay is told to stop.
pub(super) fn run(relay: &Arc<Relay>, shared: &Opaque<Shared>, mut start: Start) {
    let _ended = Ended(relay);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            relay.failing(&format!("its thread has no timers: {error}"));
            return;
        }
    };
    // Once a relay.
    let _ = relay.runtime.set(runtime.handle().clone());
    while !relay.is_stopping() {
        let life = AssertUnwindSafe(|| runtime.block_on(Runner::new(relay, shared).run(&mut start)));
        if catch_unwind(life).is_err() {
            // A destination's panics are caught where it is asked.
            unharmed(|| relay.failing("the journal panicked"));
            runtime.block_on(relay.pause(Duration::from_secs(1)));
        }
    }
    // Before it is closed, which may take a while.
    relay.confirms_no_more();
    if !unharmed(|| relay.destination.close()) {
        tracing::error!(relay = relay.name(), "a destination panicked while it was closed");
    }
}

/// Says that the thread has ended, however it did.
struct Ended<'r>(&'r Relay);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.confirms_no_more();
        self.0.report(|progress| {
            progress.state = RelayState::Stopped;
            progress.ended = true;
        });
    }
}

struct Runner<'r> {
    relay: &'r Arc<Relay>,
    shared: &'r Opaque<Shared>,
    ledger: Ledger<'r>,
    ahead: ReadAhead,
    window: Window,
    random: Random,
    /// How long to leave a journal alone that could not be read.
    reading: Backoff,
    /// Until when.
    unread_until: Option<Instant>,
}

impl<'r> Runner<'r> {
    fn new(relay: &'r Arc<Relay>, shared: &'r Opaque<Shared>) -> Self {
        Self {
            relay,
            shared,
            ledger: Ledger::new(relay, shared),
            ahead: ReadAhead::behind(shared.journal.clone(), Seq(0)),
            window: Window::new(relay.batches.in_flight, relay.backoff()),
            random: Random::seeded(),
            reading: Backoff::default(),
            unread_until: None,
        }
    }

    async fn run(mut self, start: &mut Start) {
        // None, sooner or later: told to stop.
        let _: Option<Infallible> = self.live(start).await;
        if self.ledger.next_save().is_some() {
            self.ledger.save(Instant::now());
        }
    }

    async fn live(&mut self, start: &mut Start) -> Option<Infallible> {
        let through = self.opened().await?;
        self.ahead = ReadAhead::behind(self.shared.journal.clone(), through);
        self.publish();
        self.prepared(start).await?;
        // With what the destination says of where it is, before it has anything more.
        self.ledger.save(Instant::now());
        if let Some(go) = start.go.take()
            && self.relay.unless_stopped(go).await?.is_err()
        {
            // Another one is not set up: there will be no manager.
            self.relay.stop();
            return None;
        }
        loop {
            self.read();
            self.begin();
            self.publish();
            self.ledger.save_in_time(Instant::now());
            if let Some((place, answers)) = self.relay.unless_stopped(self.answer()).await? {
                self.answered(place, answers);
            }
        }
    }

    /// Where to go on.
    async fn opened(&mut self) -> Option<Seq> {
        let mut backoff = Backoff::default();
        loop {
            match self.ledger.open() {
                Ok(through) => return Some(through),
                Err(error) => self.relay.failing(&error.to_string()),
            }
            self.relay.pause(backoff.pause(&mut self.random)).await?;
        }
    }

    /// Gets the destination ready.
    async fn prepared(&mut self, start: &mut Start) -> Option<()> {
        let source = Source::of(self.shared, self.ledger.resumption());
        let mut backoff = self.relay.backoff();
        loop {
            let asked = async { self.relay.destination.prepare(&source).await };
            let asked = limited(self.shared.limits.delivery, asked);
            let ready = self.relay.unless_stopped(asked).await?.unwrap_or_else(|why| Err(NotReady::Later(why)));
            if let Some(first) = start.ready.take() {
                // Nobody may be waiting any more.
                let _ = first.send(ready.clone());
            }
            match ready {
                Ok(()) => {
                    // First: who sees or is told that it delivers may ask it to.
                    self.relay.report(|progress| progress.ready = true);
                    self.relay.succeeding();
                    return Some(());
                }
                Err(NotReady::Later(reason)) => self.relay.failing(&reason),
                Err(NotReady::Misconfigured(reason)) => self.misconfigured(reason),
            }
            self.relay.pause(backoff.pause(&mut self.random)).await?;
        }
    }

    fn misconfigured(&self, reason: String) {
        let state = RelayState::Misconfigured { reason };
        if self.relay.enter(state.clone()) != state {
            tracing::error!(relay = self.relay.name(), ?state, "nothing is delivered there: the journal keeps it");
        }
    }

    /// Reads what there is room for.
    fn read(&mut self) {
        if self.unread_until.is_some_and(|until| until > Instant::now()) {
            return;
        }
        let failed = self.unread_until.take().is_some();
        while self.window.has_room() {
            match self.ahead.batch(self.relay.name(), self.relay.batches) {
                Ok(batch) if batch.is_empty() => break,
                Ok(batch) => self.window.push(batch, Instant::now()),
                Err(error) => {
                    self.relay.failing(&error.to_string());
                    self.unread_until = Some(Instant::now() + self.reading.pause(&mut self.random));
                    return;
                }
            }
        }
        self.reading.reset();
        if failed {
            self.relay.succeeding();
        }
    }

    /// Starts what is due.
    fn begin(&mut self) {
        let Self { relay, shared, ledger, window, random, .. } = self;
        for batch in window.due(Instant::now()) {
            keep_refused(relay, ledger, batch, random);
            if batch.left().is_empty() {
                continue;
            }
            if batch.is_repeated() {
                ledger.redelivered(batch.left().len());
            }
            let attempt = attempt(Arc::clone(relay), Arc::clone(batch.left()), shared.limits.delivery);
            batch.begin(Box::pin(attempt));
        }
        self.advance();
    }

    fn answered(&mut self, place: usize, answers: Answers) {
        let Self { relay, ledger, window, random, .. } = self;
        let (batch, outcome) = window.answered(place, answers, self.shared.clock.now());
        ledger.delivered(&outcome.there);
        let kept = keep_refused(relay, ledger, batch, random);
        match outcome.retry {
            Some(reason) => {
                batch.pause(Instant::now(), random);
                relay.failing(&reason);
            }
            None if kept => relay.succeeding(),
            None => {}
        }
        self.advance();
    }

    fn advance(&mut self) {
        if let Some(position) = self.window.advance() {
            self.ledger.reached(position);
        }
    }

    fn publish(&self) {
        let oldest = self.window.oldest();
        let passed = oldest.map_or(self.ahead.handed_out(), |event| Seq(event.seq.0 - 1));
        self.relay.report(|progress| {
            progress.position = self.ledger.position();
            progress.passed = passed;
            progress.oldest = oldest.map(|event| event.document.clone());
            progress.missing = self.ahead.missing();
        });
    }

    /// Waits until an attempt has ended, or there may be something else to do.
    async fn answer(&mut self) -> Option<(usize, Answers)> {
        /// There is always something to wake up for.
        const LONG: Duration = Duration::from_secs(60);
        let timers = [self.window.next_due(), self.ledger.next_save(), self.unread_until];
        let until = timers.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + LONG);
        let reads = self.window.has_room() && self.unread_until.is_none();
        let mut timer = pin!(tokio::time::sleep_until(until.into()));
        let mut appended = pin!(self.relay.appended.notified());
        poll_fn(|task| {
            if let Poll::Ready(answer) = self.window.poll(task) {
                return Poll::Ready(Some(answer));
            }
            let more = reads && appended.as_mut().poll(task).is_ready();
            if more || timer.as_mut().poll(task).is_ready() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}

/// Writes down what the destination refused; where that fails, it is tried again after a pause: nothing is
/// passed over that is kept nowhere.
fn keep_refused(relay: &Relay, ledger: &Ledger<'_>, batch: &mut Batch, random: &mut Random) -> bool {
    match ledger.refuse(batch.refused()) {
        Ok(()) => {
            batch.refused_is_kept();
            true
        }
        Err(error) => {
            batch.pause(Instant::now(), random);
            relay.failing(&format!("what it was refused cannot be kept: {error}"));
            false
        }
    }
}
