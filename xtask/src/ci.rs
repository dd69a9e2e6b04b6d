//! `cargo xtask ci`: what must pass before a change is merged.

use std::path::Path;

use crate::cargo::Cargo;
use crate::requirements::{self, Tools};
use crate::servers::Wanted;
use crate::source_check;
use crate::steps::{Failure, Steps};
use crate::test;

/// Runs every check, the cheap ones first, and stops at the first that fails.
///
/// # Errors
///
/// The step that failed.
pub(crate) fn run(steps: &mut Steps, root: &Path, servers: Wanted) -> Result<(), Failure> {
    steps.run("machine", "what the checks need", || requirements::check(root, Tools::TestAndLint, servers))?;
    steps.run("source", "paths, names and notes in the text", || source_check::check_tree(root))?;
    let checks = [
        ("format", Cargo::new("fmt --all --check")),
        ("lint", Cargo::new("clippy --workspace --all-targets --locked -- -D warnings")),
        (
            "lint with every feature",
            Cargo::new("clippy --workspace --all-targets --all-features --locked -- -D warnings"),
        ),
        ("documentation", Cargo::new("doc --workspace --no-deps --locked").variable("RUSTDOCFLAGS", "-Dwarnings")),
        // Each alone: in one call with the rest of the workspace, cargo would unify the features.
        ("lean core", Cargo::new("clippy --package events-core --locked -- -D warnings")),
        ("lean facade", Cargo::new("clippy --package events --no-default-features --locked -- -D warnings")),
    ];
    for (name, cargo) in checks {
        steps.run(name, &cargo, || cargo.run(root))?;
    }
    check_what_users_compile(steps, root)?;
    check_dependencies(steps, root)?;
    test::run_checked(steps, root, servers, &[])
}

/// Clients of servers that only who asks for them compiles.
const ASKED_FOR: [&str; 3] = ["rdkafka", "elasticsearch", "reqwest"];

/// The facade with its default features, as most users compile it.
fn check_what_users_compile(steps: &mut Steps, root: &Path) -> Result<(), Failure> {
    let tree = Cargo::new("tree --package events --edges normal,build --prefix none --locked");
    steps.run("lean dependencies", &tree, || {
        let printed = tree.printed(root)?;
        let compiled = |name: &&str| printed.lines().any(|line| line.split(' ').next() == Some(*name));
        match ASKED_FOR.into_iter().find(compiled) {
            Some(name) => Err(format!("`{name}` is compiled by everybody: make it optional")),
            None => Ok(()),
        }
    })
}

/// Licences, advisories and sources of the dependencies; the tool for it is no requirement.
fn check_dependencies(steps: &mut Steps, root: &Path) -> Result<(), Failure> {
    if !Cargo::new("deny --version").succeeds_quietly(root) {
        steps.skip("dependencies", "cargo-deny is missing (`cargo install --locked cargo-deny`)");
        return Ok(());
    }
    let deny = Cargo::new("deny --locked check");
    steps.run("dependencies", &deny, || deny.run(root))
}
