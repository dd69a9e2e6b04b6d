//! The handle that users hold.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use events_core::{Batches, NotReady, Registry};

use crate::{
    at_once::AtOnce,
    client::Client,
    detail_types::DetailTypes,
    layout::Layout,
    options::{ConnectError, Options, Refresh},
    point_in_time::Flavour,
    presence::Presence,
    setup::{self, Spread},
    worker::Worker,
};

/// A cluster of Elasticsearch or OpenSearch: a destination of relays, and a store that is searched.
///
/// A cheap handle: clones are the same connection. It has threads of its own, so it may be used on any
/// runtime, or on none.
///
/// ```no_run
/// use events_core::{EventManager, memory::MemoryStore};
/// use events_es::Elasticsearch;
///
/// let elasticsearch = Elasticsearch::connect("http://localhost:9200")?;
/// # let _ = (elasticsearch, EventManager::builder(MemoryStore::new()));
/// # Ok::<(), events_es::ConnectError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Elasticsearch {
    // First: what runs there uses the rest.
    pub(crate) worker: Arc<Worker>,
    pub(crate) server: Arc<Server>,
    pub(crate) presence: Arc<Presence>,
    pub(crate) name: Arc<str>,
    pub(crate) batches: Batches,
}

/// What requests need to know.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) layout: Layout,
    pub(crate) refresh: Refresh,
    pub(crate) spread: Spread,
    pub(crate) search_limit: Duration,
    pub(crate) flavour: Flavour,
    pub(crate) at_once: AtOnce,
    types: RwLock<Arc<DetailTypes>>,
}

impl Server {
    /// The types of details that the indices know.
    pub(crate) fn types(&self) -> Arc<DetailTypes> {
        self.types.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Elasticsearch {
    /// Connects with the default settings; see [`Options::connect`]. Sends nothing yet.
    ///
    /// # Errors
    /// An address is none.
    pub fn connect(addresses: &str) -> Result<Self, ConnectError> {
        Options::new().connect(addresses)
    }

    pub(crate) fn new(options: Options, layout: Layout, client: Client) -> Result<Self, ConnectError> {
        let server = Server {
            client,
            layout,
            refresh: options.refresh,
            spread: options.spread,
            search_limit: options.search_limit,
            flavour: Flavour::default(),
            at_once: AtOnce::default(),
            types: RwLock::default(),
        };
        Ok(Self {
            worker: Arc::new(Worker::start()?),
            server: Arc::new(server),
            presence: Arc::default(),
            name: options.name.into(),
            batches: options.batches,
        })
    }

    /// Makes the index template for what is declared, and adds to the months that are there what they lack.
    /// A manager does so itself before its first delivery. Who calls it beforehand learns what contradicts the
    /// declarations before any server is started.
    ///
    /// Cancel-safe: call it again.
    ///
    /// # Errors
    /// The server cannot be reached, or something there contradicts what is declared. Nothing was written then.
    pub async fn set_up(&self, registry: &Registry) -> Result<(), NotReady> {
        let contradictions = DetailTypes::contradictions(registry);
        if !contradictions.is_empty() {
            return Err(NotReady::Misconfigured(contradictions.join("\n  ")));
        }
        let (server, types) = (self.server.clone(), DetailTypes::of(registry));
        let work = async move {
            setup::prepare(&server.client, &server.layout, server.spread, types.clone()).await?;
            *server.types.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(types);
            Ok(())
        };
        self.worker
            .run(work)
            .await
            .unwrap_or_else(|| Err(NotReady::Later("setting Elasticsearch up ended early".to_owned())))
    }
}
