//! Finding: the newest 20 by any key, in the order of time and of creation, exact counts, one event by its id;
//! all under an ACL, while events are recorded.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use events::{
    Attribute, Comparison, Event, EventId, EventManager, Field, Filter, Key, Keys, Order, Query, Search, Timestamp,
    Viewer,
};
use tokio::task::JoinSet;

use crate::{
    Result,
    base::{Base, sample},
    fleet::{Draws, FleetAcls},
    load::runtime,
    options::Scale,
    report::{Report, Row},
    searching_over_http,
    statistics::{Durations, milliseconds, thousands},
};

/// Operations a second that are recorded meanwhile: two events each.
const OPERATIONS: u64 = 500;

/// Milliseconds.
const PAGE_GOAL: f64 = 3.0;
/// As the web page of the older API asks, on every request.
const BY_CREATION_GOAL: f64 = 10.0;
const COUNT_GOAL: f64 = 5.0;
const GET_GOAL: f64 = 3.0;
const OVER_HTTP_GOAL: f64 = 10.0;

/// Measures searches beside a paced load. `factor`: what the goals are multiplied by.
pub(crate) fn measure(base: &Base, factor: f64, scale: &Scale, report: &mut Report) -> Result<()> {
    let runtime = runtime()?;
    let store = base.open()?;
    let sampled = sample(&store, base.events, scale.questions as u64)?;
    let manager = EventManager::builder(store).resources(FleetAcls::new()).build()?;
    let search = manager.searcher().ok_or("the manager searches in its store")?;
    let stopped = Arc::new(AtomicBool::new(false));
    let writer = runtime.spawn(paced(manager.clone(), stopped.clone()));
    let questions = Questions::about(&sampled)?;
    let asked = runtime.block_on(async {
        let pages = questions.pages(&*search, |query| query).await?;
        let by_creation = |query: Query| query.order_by(Order::from("created:desc"));
        let by_creation = questions.pages(&*search, by_creation).await?;
        let since = Filter::Compares(Field::at("created"), Comparison::Instants(questions.middle, Timestamp::MAX));
        let since = questions.pages(&*search, |query| query.filter(since.clone())).await?;
        let counts = questions.counts(&*search).await?;
        let gets = questions.gets(&*search).await?;
        let over_http = searching_over_http::answers(&manager, &sampled).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(([pages, by_creation, since], counts, gets, over_http))
    });
    stopped.store(true, Ordering::Relaxed);
    let (written, wrote_for) = runtime.block_on(writer)?;
    let (pages, counts, mut gets, over_http) = asked?;
    let stored = thousands(base.events as f64);
    let beside = format!("{:.0} events/s written meanwhile", written as f64 / wrote_for.as_secs_f64());
    let [pages, by_creation, since] = pages;
    for (what, goal, answers) in [
        ("newest 20", PAGE_GOAL, pages),
        ("20 created last", BY_CREATION_GOAL, by_creation),
        ("newest 20 of those created since", BY_CREATION_GOAL, since),
        ("exact count", COUNT_GOAL, counts),
    ] {
        let (answers, goal) = (answers.summary(what), goal * factor);
        report.add(
            Row::new(
                format!("{what} by any key under ACL, {stored} stored"),
                format!("{} for every key", goal_in_words(goal)),
            )
            .figure(answers.to_string())
            .beside(&beside)
            .met(answers.slowest.1 <= goal),
        );
    }
    let late = gets.millis(0.99);
    report.add(
        Row::new(format!("get by id, old closings included, {stored} stored"), goal_in_words(GET_GOAL))
            .figure(format!("p50 {}, p99 {}", milliseconds(gets.millis(0.5)), milliseconds(late)))
            .beside(&beside)
            .met(late <= GET_GOAL),
    );
    let (answers, goal) = (over_http.summary("over HTTP"), OVER_HTTP_GOAL * factor);
    report.add(
        Row::new(
            format!("over HTTP: 20 by creation and the exact count, by any indexed attribute, {stored} stored"),
            goal_in_words(goal),
        )
        .figure(answers.to_string())
        .beside(beside)
        .met(answers.late <= goal),
    );
    Ok(())
}

fn goal_in_words(goal: f64) -> String {
    format!("p99 ≤ {goal:.0} ms")
}

/// How long answers took, by the key that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Answers(BTreeMap<String, Durations>);

impl Answers {
    pub(crate) fn push(&mut self, key: &str, took: Duration) {
        self.0.entry(key.to_owned()).or_default().push(took);
    }

    /// Of all keys, and of the slowest one. Shows each.
    pub(crate) fn summary(self, what: &str) -> Summary {
        let mut all = Durations::default();
        let mut slowest = (String::new(), 0.0);
        for (key, mut durations) in self.0 {
            let late = durations.millis(0.99);
            eprintln!(
                "    {what} {key:<16} p50 {:>8}  p99 {:>8}  longest {:>8}",
                milliseconds(durations.millis(0.5)),
                milliseconds(late),
                milliseconds(durations.millis(1.0))
            );
            if late > slowest.1 {
                slowest = (key, late);
            }
            all.append(durations);
        }
        Summary { middle: all.millis(0.5), late: all.millis(0.99), slowest }
    }
}

/// Answers in short, in milliseconds.
#[derive(Debug)]
pub(crate) struct Summary {
    middle: f64,
    pub(crate) late: f64,
    /// The key whose 99th percentile is the largest, and that.
    slowest: (String, f64),
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [middle, late, slowest] = [self.middle, self.late, self.slowest.1].map(milliseconds);
        write!(f, "p50 {middle}, p99 {late}; slowest key, {}: p99 {slowest}", self.slowest.0)
    }
}

/// Records at a steady pace until it is stopped, however long each operation takes; how many events in
/// how long.
pub(crate) async fn paced(manager: EventManager, stopped: Arc<AtomicBool>) -> (u64, Duration) {
    let begun = Instant::now();
    let mut draws = Draws::new(99);
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let mut operations = JoinSet::new();
    while !stopped.load(Ordering::Relaxed) {
        ticks.tick().await;
        for _ in 0..OPERATIONS / 100 {
            let (draw, manager) = (draws.draw(), manager.clone());
            operations.spawn(async move { manager.scope(draw.perform()).await.is_ok() });
        }
    }
    let recorded = operations.join_all().await.into_iter().filter(|recorded| *recorded).count();
    (2 * recorded as u64, begun.elapsed())
}

/// Values that stored events have, through the eyes of those who stored them.
pub(crate) struct Questions {
    keys: Vec<(String, Filter, Viewer)>,
    ids: Vec<(EventId, Viewer)>,
    /// When one of the events in the middle was created.
    middle: Timestamp,
}

impl Questions {
    pub(crate) fn about(sampled: &[events::Sequenced]) -> Result<Self> {
        let (mut keys, mut ids, mut created) = (Vec::new(), Vec::new(), Vec::new());
        for stored in sampled {
            let event = Event::from_document(&stored.document)?;
            let viewer = Viewer::from(&event.authn_info);
            created.push(event.created);
            // An opening's closing is as old as itself.
            ids.push((stored.id, Viewer::admin()));
            ids.push((stored.id.closing(), viewer.clone()));
            keys.push(("everything".to_owned(), Filter::everything(), viewer.clone()));
            for Key { attribute, value } in Keys::of(&stored.document)?.keys {
                let name = match &attribute {
                    Attribute::Detail(_) => "details".to_owned(),
                    attribute => format!("{attribute:?}").to_lowercase(),
                };
                keys.push((name, Filter::is(attribute, value), viewer.clone()));
            }
        }
        created.sort_unstable();
        let middle = created.get(created.len() / 2).copied().ok_or("no events are stored")?;
        Ok(Self { keys: thinned(keys, sampled.len()), ids, middle })
    }

    pub(crate) async fn pages(&self, search: &dyn Search, asked: impl Fn(Query) -> Query) -> Result<Answers> {
        let mut answers = Answers::default();
        for (name, filter, viewer) in &self.keys {
            let query = asked(Query::new(viewer.clone()).filter(filter.clone()));
            let begun = Instant::now();
            let page = search.search(&query).await?;
            answers.push(name, begun.elapsed());
            if page.cut {
                return Err(format!("a search by {name} was cut by its time limit").into());
            }
        }
        Ok(answers)
    }

    pub(crate) async fn counts(&self, search: &dyn Search) -> Result<Answers> {
        let mut answers = Answers::default();
        for (name, filter, viewer) in &self.keys {
            let begun = Instant::now();
            search.count(filter, viewer, None).await?;
            answers.push(name, begun.elapsed());
        }
        Ok(answers)
    }

    async fn gets(&self, search: &dyn Search) -> Result<Durations> {
        let mut answers = Durations::default();
        for (id, viewer) in &self.ids {
            let begun = Instant::now();
            search.get(*id, viewer, None).await?;
            answers.push(begun.elapsed());
        }
        Ok(answers)
    }
}

/// At most `most` questions of each name: an event has many words and claims.
pub(crate) fn thinned<F, V>(keys: Vec<(String, F, V)>, most: usize) -> Vec<(String, F, V)> {
    let mut of_name = BTreeMap::<String, Vec<(F, V)>>::new();
    for (name, filter, viewer) in keys {
        of_name.entry(name).or_default().push((filter, viewer));
    }
    let thin = |(name, questions): (String, Vec<(F, V)>)| {
        let step = questions.len().div_ceil(most.max(1)).max(1);
        questions.into_iter().step_by(step).map(move |(filter, viewer)| (name.clone(), filter, viewer))
    };
    of_name.into_iter().flat_map(thin).collect()
}
