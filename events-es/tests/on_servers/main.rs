//! What has to hold on real servers: Elasticsearch of two versions, and OpenSearch.

mod answers;
mod conformance;
mod details;
mod gate;
mod moments;
mod nodes;
mod place;
mod trouble;
