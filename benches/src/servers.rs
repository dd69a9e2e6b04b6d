//! Against real servers: how fast events get to Elasticsearch and Kafka, how soon they are found there, and
//! what that costs.

mod acknowledgement;
mod arrival;
mod broker;
mod bulk_loop;
mod cluster;
mod delivery;
mod search;
mod server;
mod space;

use std::path::Path;

use crate::{
    Result,
    base::Base,
    options::Scale,
    report::Report,
    servers::{broker::Broker, cluster::Cluster},
    store::StoreKind,
};

/// Of the events that the other rows store, servers get one in so many: they take that much longer for each.
const SHARE: u64 = 10;

/// Measures everything that needs a server. Ends those that it started.
pub(crate) fn measure(data: &Path, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    // Both first: what is missing is said before anything is measured.
    let (cluster, broker) = (Cluster::ready()?, Broker::ready()?);
    eprintln!("  against {cluster} and {broker}");
    let base = Base::build(StoreKind::Sqlite, &data.join("servers"), scale.stored / SHARE)?;
    let delivered = delivery::measure(&base, &cluster, scale, report)?;
    search::measure(&base, &delivered, scale, report)?;
    space::measure(&base, &delivered, report)?;
    drop(delivered);
    acknowledgement::measure(&cluster, scratch, scale, report)?;
    arrival::measure(&cluster, &broker, scratch, scale, report)
}
