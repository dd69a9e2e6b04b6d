//! The edge fleet that the end-to-end tests record, the stores they record in, and how they wait.
#![allow(dead_code, unused_imports, clippy::unwrap_used, reason = "each test program uses a part, and fails with it")]

mod domain;
mod everything;
mod gate;
mod log;
mod other_store;
mod patience;
mod stores;

pub(crate) use domain::{Answer, Deployment, Job, Nuvlabox, Problem, context, jane, job, nuvlabox};
pub(crate) use everything::{Documents, documents, everything};
pub(crate) use gate::{Gate, gated};
pub(crate) use log::Log;
pub(crate) use other_store::OtherStore;
pub(crate) use patience::{LIMIT, until, until_within};
pub(crate) use stores::{Store, patient, recording};
