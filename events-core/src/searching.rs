//! What a manager is asked about the trail. Each answer comes within [`Limits::search`], where no other limit is given, or
//! a little later.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    alarm,
    id::EventId,
    identity::Viewer,
    limits::{Limits, from_now},
    manager::EventManager,
    query::{Filter, Query},
    room::Room,
    search::{
        Aggregation, BoxFuture, Buckets, Count, Found, Measured, Measurement, Page, Related, Search, SearchError,
    },
};

/// So much longer a store is waited for than it may take. A store of a server gives up at its limit, and says a little
/// later which server did not answer: `events-es` waits 2 s for that. Whoever asks is to learn that, instead of being told
/// to ask again.
const GRACE: Duration = Duration::from_secs(3);

impl EventManager {
    /// A page of events, newest first where no other order is asked for.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{Journal, conformance::Generator, memory::MemoryStore};
    /// use events_core::{EventManager, Query, Viewer};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let store = MemoryStore::new();
    /// # store.append(&Generator::new(1).events(100))?;
    /// # let manager = EventManager::builder(store).registry(events_core::Registry::of([])).build()?;
    /// let newest = manager.search(&Query::new(Viewer::admin()).limit(20)).await?;
    /// for found in &newest.events {
    ///     println!("{}", found.event()?.event_type);
    /// }
    /// // Where the next page begins.
    /// let more = newest.next.map(|next| Query::new(Viewer::admin()).limit(20).after(next));
    /// assert!(more.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn search(&self, query: &Query) -> Result<Page, SearchError> {
        let Limits { search: limit, answer_bytes, .. } = self.limits();
        let (within, bytes) = (query.within.unwrap_or(limit), query.bytes.min(answer_bytes));
        let query = Query { within: Some(within), bytes, ..query.clone() };
        self.ask(within, |store| store.search(&query)).await
    }

    /// One event, if `viewer` sees it; found at once after it was acknowledged.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{Journal, conformance::Generator, memory::MemoryStore};
    /// use events_core::{EventManager, Query, Viewer};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let store = MemoryStore::new();
    /// # store.append(&Generator::new(1).events(100))?;
    /// # let manager = EventManager::builder(store).registry(events_core::Registry::of([])).build()?;
    /// let page = manager.search(&Query::new(Viewer::admin()).limit(1)).await?;
    /// let id = page.events[0].event()?.id;
    /// assert!(manager.get(id, &Viewer::admin()).await?.is_some());
    /// // Whoever may not see it is not told that it is there.
    /// assert!(manager.get(id, &Viewer::with_claims([])).await?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn get(&self, id: EventId, viewer: &Viewer) -> Result<Option<Found>, SearchError> {
        self.get_within(id, viewer, self.limits().search).await
    }

    /// The same, in so much time instead of [`Limits::search`]: for who asks several things, with one limit for all of
    /// them.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn get_within(
        &self,
        id: EventId,
        viewer: &Viewer,
        within: Duration,
    ) -> Result<Option<Found>, SearchError> {
        self.ask(within, |store| store.get(id, viewer, Some(within))).await
    }

    /// How many events a filter finds, exactly.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{Journal, conformance::Generator, memory::MemoryStore};
    /// use events_core::{Attribute, EventManager, Filter, Viewer};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let store = MemoryStore::new();
    /// # store.append(&Generator::new(1).events(100))?;
    /// # let manager = EventManager::builder(store).registry(events_core::Registry::of([])).build()?;
    /// let failed = Filter::is(Attribute::Phase, "failed");
    /// let count = manager.count(&failed, &Viewer::admin()).await?;
    /// // `cut` says that time ran out before all was counted.
    /// assert!(count.events < 100 && !count.cut);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn count(&self, filter: &Filter, viewer: &Viewer) -> Result<Count, SearchError> {
        self.count_within(filter, viewer, self.limits().search).await
    }

    /// The same, in so much time.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn count_within(&self, filter: &Filter, viewer: &Viewer, within: Duration) -> Result<Count, SearchError> {
        self.ask(within, |store| store.count(filter, viewer, Some(within))).await
    }

    /// Counts by the values of an attribute.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{Journal, conformance::Generator, memory::MemoryStore};
    /// use events_core::{Aggregation, Attribute, EventManager, Filter, Viewer};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let store = MemoryStore::new();
    /// # store.append(&Generator::new(1).events(100))?;
    /// # let manager = EventManager::builder(store).registry(events_core::Registry::of([])).build()?;
    /// let by_category = Aggregation {
    ///     filter: Filter::everything(),
    ///     viewer: Viewer::admin(),
    ///     by: Attribute::Category.into(),
    ///     size: 10,
    ///     within: None,
    /// };
    /// for (category, events) in manager.aggregate(&by_category).await?.buckets {
    ///     println!("{category}: {events}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn aggregate(&self, aggregation: &Aggregation) -> Result<Buckets, SearchError> {
        let within = aggregation.within.unwrap_or(self.limits().search);
        let aggregation = Aggregation { within: Some(within), ..aggregation.clone() };
        self.ask(within, |store| store.aggregate(&aggregation)).await
    }

    /// A figure about the values of an attribute.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn measure(&self, measurement: &Measurement) -> Result<Measured, SearchError> {
        let within = measurement.within.unwrap_or(self.limits().search);
        let measurement = Measurement { within: Some(within), ..measurement.clone() };
        self.ask(within, |store| store.measure(&measurement)).await
    }

    /// The events of the tree of a root: everything that followed from it, as much of it as one answer carries
    /// ([`Limits::answer_bytes`], [`Limits::related_events`]).
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    ///
    /// ```
    /// # use events_core::{Journal, conformance::Generator, memory::MemoryStore};
    /// use events_core::{Attribute, EventManager, Filter, Query, Viewer};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// # let store = MemoryStore::new();
    /// # store.append(&Generator::new(1).events(100))?;
    /// # let manager = EventManager::builder(store).registry(events_core::Registry::of([])).build()?;
    /// let openings = Query::new(Viewer::admin()).filter(Filter::is(Attribute::Phase, "requested")).limit(1);
    /// let root = manager.search(&openings).await?.events[0].event()?.id;
    /// let tree = manager.tree(root, &Viewer::admin()).await?;
    /// println!("{} events followed from it", tree.events.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn tree(&self, root: EventId, viewer: &Viewer) -> Result<Related, SearchError> {
        self.tree_within(root, viewer, self.limits().search).await
    }

    /// The same, in so much time.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn tree_within(&self, root: EventId, viewer: &Viewer, within: Duration) -> Result<Related, SearchError> {
        self.all(Query::new(viewer.clone()).root(root), within).await
    }

    /// The events directly under an event, as many as one answer carries.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn children(&self, parent: EventId, viewer: &Viewer) -> Result<Related, SearchError> {
        self.children_within(parent, viewer, self.limits().search).await
    }

    /// The same, in so much time.
    ///
    /// # Errors
    /// The store cannot be read, or does not answer in time or a little later. Cancel-safe.
    pub async fn children_within(
        &self,
        parent: EventId,
        viewer: &Viewer,
        within: Duration,
    ) -> Result<Related, SearchError> {
        self.all(Query::new(viewer.clone()).parent(parent), within).await
    }

    /// The store that is searched.
    pub fn searcher(&self) -> Option<Arc<dyn Search>> {
        self.shared().map(|shared| shared.search.clone())
    }

    /// Asks the store. It answers in time, or a little later says why not; one that hangs is not waited for.
    async fn ask<'s, T>(
        &'s self,
        within: Duration,
        ask: impl FnOnce(&'s dyn Search) -> BoxFuture<'s, Result<T, SearchError>>,
    ) -> Result<T, SearchError> {
        let disabled = || SearchError::Unsupported("this manager records nothing: there is nothing to search".into());
        let shared = self.shared().ok_or_else(disabled)?;
        let answer = alarm::until(from_now(within.saturating_add(GRACE)), &shared.keeper, ask(&*shared.search)).await;
        answer.unwrap_or(Err(SearchError::Busy("the store did not answer within the time that it may take")))
    }

    /// Page by page, within one limit for all of them.
    async fn all(&self, mut query: Query, within: Duration) -> Result<Related, SearchError> {
        let Limits { answer_bytes, related_events, .. } = self.limits();
        let until = from_now(within);
        let (mut all, mut room) = (Related::default(), Room::of(answer_bytes));
        loop {
            query.limit = related_events.saturating_sub(all.events.len()).min(1_000);
            query.bytes = room.left();
            query.within = Some(until.saturating_duration_since(Instant::now()));
            let page = match self.search(&query).await {
                // What is there already was worth waiting for.
                Err(SearchError::Busy(_)) if !all.events.is_empty() => Page { cut: true, ..Page::default() },
                page => page?,
            };
            // The first of every page comes however large it is, and may be too large for what is left here.
            let with_page = all.events.len() + page.events.len();
            all.events.extend(page.events.into_iter().take_while(|found| room.take(found.stored().len())));
            all.cut = page.cut || page.full || all.events.len() < with_page;
            all.unreadable = all.unreadable.max(page.unreadable);
            query.after = page.next;
            if all.cut || query.after.is_none() {
                break;
            }
            if room.left() == 0 || all.events.len() >= related_events {
                all.cut = true;
                break;
            }
        }
        all.events.reverse();
        Ok(all)
    }
}
