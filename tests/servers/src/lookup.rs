//! Where tests find the servers that run for all of them.

use std::env;
use std::io::{self, Write};

use crate::kind::Kind;

/// The environment variable that leaves servers out: `1` for all of them, or the variables of those that are
/// not to be had, separated by commas.
pub const WITHOUT_SERVERS: &str = "EVENTS_WITHOUT_SERVERS";

/// Name and URL of each Elasticsearch, OpenSearch included, that tests run against.
///
/// # Panics
/// One is neither there nor left out; the message says what to do.
pub fn elasticsearch() -> Vec<(String, String)> {
    let kinds = [Kind::Elasticsearch9, Kind::Elasticsearch8, Kind::OpenSearch];
    kinds.into_iter().filter_map(|kind| Some((kind.to_string(), running(kind)?))).collect()
}

/// Brokers of the Kafka that tests run against, as `host:port`; none where it is left out.
///
/// # Panics
/// It is neither there nor left out; the message says what to do.
pub fn kafka() -> Option<String> {
    running(Kind::Kafka)
}

fn running(kind: Kind) -> Option<String> {
    if let Some(address) = set(kind.variable()) {
        return Some(address);
    }
    if is_left_out(kind) {
        say_untested(&kind.to_string());
        return None;
    }
    let variable = kind.variable();
    panic!(
        "this test needs {kind}: run it with `cargo xtask test <its name>`, or point {variable} to one \
         (`cargo xtask servers up` starts it and prints the line), or leave it out with {WITHOUT_SERVERS}=1"
    );
}

/// The value of a variable, where it has one.
pub(crate) fn set(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}

/// Whether [`WITHOUT_SERVERS`] names it.
pub(crate) fn is_left_out(kind: Kind) -> bool {
    set(WITHOUT_SERVERS).is_some_and(|list| names(&list, kind))
}

fn names(list: &str, kind: Kind) -> bool {
    list.split(',').map(str::trim).any(|name| name == "1" || name == kind.variable())
}

/// Says so past the test harness, which shows nothing of a test that passes.
pub(crate) fn say_untested(what: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Where nobody reads, nothing can be said.
    let _ = writeln!(io::stderr(), "{test}: not tested against {what}, {WITHOUT_SERVERS} leaves it out");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_left_out_together_or_by_variable() {
        assert!(Kind::ALL.into_iter().all(|kind| names("1", kind)));
        let out: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| names("ES_URL, KAFKA_BROKERS", *kind)).collect();
        assert_eq!(out, [Kind::Elasticsearch9, Kind::Kafka]);
        assert!(Kind::ALL.into_iter().all(|kind| !names("0", kind)));
    }
}
