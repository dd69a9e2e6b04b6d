//! What has to hold on real servers: Elasticsearch of two versions, and OpenSearch.

mod conformance;
mod place;
