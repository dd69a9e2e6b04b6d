//! A destination in memory that misbehaves when it is told to.

use std::{
    collections::BTreeSet,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use events_core::{
    Batches, BoxFuture, Delivery, Destination, NotReady, Registry, Resumption, Search, Seq, Sequenced, Source,
    memory::MemoryStore,
};

/// What it does at a delivery, in place of what is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    PanicsAtOnce,
    PanicsHalfway,
    NeverAnswers,
    AnswersForTooFew,
    TakesNothing,
    TakesEverySecond,
    TakesAllAndNeverAnswers,
}

#[derive(Clone)]
pub(crate) struct Server {
    name: &'static str,
    pub(crate) store: MemoryStore,
    pub(crate) batches: Batches,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    misbehaves: Mutex<Option<(u64, Does)>>,
    deliveries: Mutex<Vec<Vec<Seq>>>,
    refused: Mutex<BTreeSet<Seq>>,
    preparing: Mutex<Preparing>,
    resumed: Mutex<Vec<Resumption>>,
    closed: AtomicUsize,
}

/// What it answers when it is asked whether it is ready.
#[derive(Default)]
struct Preparing {
    once: Vec<NotReady>,
    /// Behind those.
    lasting: Option<NotReady>,
}

impl Server {
    /// One that takes ten events in a batch, one batch at a time.
    pub(crate) fn new(name: &'static str) -> Self {
        let batches = Batches { events: 10, bytes: 1 << 20, in_flight: 1 };
        Self { name, store: MemoryStore::new(), batches, shared: Arc::default() }
    }

    pub(crate) fn in_flight(mut self, batches: usize) -> Self {
        self.batches.in_flight = batches;
        self
    }

    /// At the `nth` delivery, the first being 1; at each where that is 0.
    pub(crate) fn misbehave(&self, nth: u64, does: Does) {
        *self.shared.misbehaves.lock().unwrap() = Some((nth, does));
    }

    pub(crate) fn behave(&self) {
        *self.shared.misbehaves.lock().unwrap() = None;
    }

    /// It refuses events of these numbers for good.
    pub(crate) fn refuse(&self, numbers: impl IntoIterator<Item = u64>) {
        *self.shared.refused.lock().unwrap() = numbers.into_iter().map(Seq).collect();
    }

    /// It answers this once each, the last one first, and then that until it is told otherwise.
    pub(crate) fn not_ready(&self, once: impl IntoIterator<Item = NotReady>, lasting: Option<NotReady>) {
        *self.shared.preparing.lock().unwrap() = Preparing { once: once.into_iter().collect(), lasting };
    }

    /// The numbers of each delivery that has begun.
    pub(crate) fn deliveries(&self) -> Vec<Vec<Seq>> {
        self.shared.deliveries.lock().unwrap().clone()
    }

    pub(crate) fn prepared(&self) -> usize {
        self.resumed().len()
    }

    /// Where it was told to go on, each time it was asked to get ready.
    pub(crate) fn resumed(&self) -> Vec<Resumption> {
        self.shared.resumed.lock().unwrap().clone()
    }

    pub(crate) fn closed(&self) -> usize {
        self.shared.closed.load(Ordering::SeqCst)
    }

    fn does(&self, delivery: u64) -> Option<Does> {
        let misbehaves = self.shared.misbehaves.lock().unwrap();
        misbehaves.filter(|(nth, _)| *nth == 0 || *nth == delivery).map(|(_, does)| does)
    }

    /// Takes what it does not refuse.
    async fn take(&self, batch: &[Sequenced]) -> Vec<Delivery> {
        let refused = self.shared.refused.lock().unwrap().clone();
        let kept: Vec<Sequenced> = batch.iter().filter(|event| !refused.contains(&event.seq)).cloned().collect();
        let mut taken = self.store.deliver(&kept).await.into_iter();
        let answer = |event: &Sequenced| match refused.contains(&event.seq) {
            true => Delivery::Rejected { reason: format!("{} is poison", event.seq) },
            false => taken.next().unwrap(),
        };
        batch.iter().map(answer).collect()
    }
}

fn retry() -> Delivery {
    Delivery::Retry { reason: "come back later".to_owned() }
}

impl Destination for Server {
    fn name(&self) -> &str {
        self.name
    }

    fn problems(&self, _: &Registry) -> Vec<String> {
        match self.name {
            "narrow" => vec!["`a` is a number at x.rs:1 and a string at y.rs:2".to_owned()],
            _ => Vec::new(),
        }
    }

    fn prepare<'d>(&'d self, source: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        Box::pin(async move {
            self.shared.resumed.lock().unwrap().push(source.resumption().clone());
            let answer = {
                let mut preparing = self.shared.preparing.lock().unwrap();
                preparing.once.pop().or_else(|| preparing.lasting.clone())
            };
            assert_ne!(answer, Some(NotReady::Later("panic".to_owned())), "as it was told");
            answer.map_or(Ok(()), Err)
        })
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        let number = {
            let mut deliveries = self.shared.deliveries.lock().unwrap();
            deliveries.push(batch.iter().map(|event| event.seq).collect());
            deliveries.len() as u64
        };
        let does = self.does(number);
        assert_ne!(does, Some(Does::PanicsAtOnce), "as it was told");
        Box::pin(async move {
            match does {
                None => self.take(batch).await,
                Some(Does::PanicsAtOnce | Does::PanicsHalfway) => {
                    self.take(&batch[..batch.len() / 2]).await;
                    tokio::task::yield_now().await;
                    panic!("as it was told");
                }
                Some(Does::NeverAnswers) => pending().await,
                Some(Does::AnswersForTooFew) => self.take(&batch[..batch.len() - 1]).await,
                Some(Does::TakesNothing) => vec![retry(); batch.len()],
                Some(Does::TakesEverySecond) => {
                    let mut answers = Vec::new();
                    for (place, event) in batch.iter().enumerate() {
                        match place % 2 {
                            0 => answers.push(retry()),
                            _ => answers.append(&mut self.take(std::slice::from_ref(event)).await),
                        }
                    }
                    answers
                }
                Some(Does::TakesAllAndNeverAnswers) => {
                    self.take(batch).await;
                    pending().await
                }
            }
        })
    }

    /// Every tenth, as if it knew of no others.
    fn landmark(&self, behind: Seq) -> Option<String> {
        behind.0.is_multiple_of(10).then(|| format!("behind {behind}"))
    }

    fn batches(&self) -> Batches {
        self.batches
    }

    fn search(&self) -> Option<Arc<dyn Search>> {
        (self.name != "unsearchable").then(|| Arc::new(self.store.clone()) as Arc<dyn Search>)
    }

    fn close(&self) {
        self.shared.closed.fetch_add(1, Ordering::SeqCst);
    }
}
