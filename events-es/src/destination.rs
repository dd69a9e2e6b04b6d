//! Elasticsearch as a destination of relays.

use std::sync::Arc;

use events_core::{Batches, BoxFuture, Delivery, Destination, NotReady, Registry, Search, Sequenced, Source};

use crate::{
    bulk, deliver,
    detail_types::DetailTypes,
    handle::{Elasticsearch, Server},
    presence::Presence,
    request::Request,
};

impl Destination for Elasticsearch {
    fn name(&self) -> &str {
        &self.name
    }

    fn problems(&self, registry: &Registry) -> Vec<String> {
        DetailTypes::contradictions(registry)
    }

    /// Makes the index template, then takes the lease of the manager's journal. Where nobody answers it says so
    /// at once: the relay asks again.
    fn prepare<'d>(&'d self, source: &'d Source) -> BoxFuture<'d, Result<(), NotReady>> {
        Box::pin(async move {
            self.reached().await?;
            self.set_up(source.registry()).await?;
            let (presence, server, source) = (self.presence.clone(), self.server.clone(), source.clone());
            let taken = self.worker.run(async move { presence.take(&server, &source).await }).await;
            taken.unwrap_or_else(|| Err(NotReady::Later("taking the lease of the journal ended early".to_owned())))
        })
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        let (server, presence, events) = (self.server.clone(), self.presence.clone(), batch.to_vec());
        let running = self.worker.run(async move { deliver(&server, &presence, &events).await });
        Box::pin(async move {
            let ended = || Delivery::Retry { reason: "the delivery ended early".to_owned() };
            running.await.unwrap_or_else(|| vec![ended(); batch.len()])
        })
    }

    fn batches(&self) -> Batches {
        self.batches
    }

    fn search(&self) -> Option<Arc<dyn Search>> {
        Some(Arc::new(self.clone()))
    }

    /// Gives the lease of the journal back.
    fn close(&self) {
        self.presence.release();
    }
}

impl Elasticsearch {
    /// Whether any node answers, whatever it says.
    async fn reached(&self) -> Result<(), NotReady> {
        let server = self.server.clone();
        let asked = self.worker.run(async move { server.client.send(&Request::get("/").once()).await }).await;
        match asked {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(NotReady::Later(error.to_string())),
            None => Err(NotReady::Later("reaching Elasticsearch ended early".to_owned())),
        }
    }
}

async fn deliver(server: &Server, presence: &Presence, batch: &[Sequenced]) -> Vec<Delivery> {
    let written = bulk::write(batch, &server.layout, &server.types());
    if let Err(reason) = presence.may_send(batch, &written).await {
        return vec![Delivery::Retry { reason }; batch.len()];
    }
    let outcomes = deliver::send_written(server, batch, &written).await;
    presence.sent(batch, &written, &outcomes);
    outcomes.into_iter().zip(batch).map(|(outcome, event)| outcome.of(event.id)).collect()
}
