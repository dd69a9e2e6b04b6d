//! What has to hold on real servers: Elasticsearch of two versions, and OpenSearch.

mod answers;
mod conformance;
mod details;
mod nodes;
mod place;
