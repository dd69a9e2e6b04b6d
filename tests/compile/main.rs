//! What does not compile, and what is said about it; what does, without a word.
//!
//! Each file below `fail/` is one situation on one kind of item: `062_event_empty.rs` on a function, `062_event_empty.method.rs` on a
//! method, `062_event_empty.details.rs` on a direct event. The offending tokens are marked in a comment below their line:
//!
//! ```text
//! #[action(event = "deployment.strat")]
//! //               ^^^^^^^^^^^^^^^^^^ EVT051
//! ```
//!
//! Beside it stands what the compiler prints, reviewed: `EVENTS_BLESS=1 cargo test --test compile` writes it. Whatever it says, each
//! mistake has exactly one error, exactly on its tokens, with its id and what to do, and nothing of our insides. Each file
//! below `pass/` compiles without a warning. `EVENTS_CASE=051` runs the cases whose names contain it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod case;
mod compiler;
mod diagnostic;
mod forms;
mod measured;
mod page;
mod verdict;

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    case::{Case, Kind},
    compiler::Compiler,
};

#[test]
fn every_mistake_is_answered_once_at_its_tokens_with_what_to_do() {
    check(Kind::Fail, verdict::refused);
}

#[test]
fn what_is_legal_compiles_without_a_word() {
    check(Kind::Pass, verdict::accepted);
}

#[test]
fn cases_are_numbered_without_gaps_and_say_their_situation() {
    for kind in [Kind::Fail, Kind::Pass] {
        let cases = Case::all(kind);
        let mut situations: Vec<&str> = cases.iter().map(Case::situation).collect();
        // What is the same on another kind of item has one number.
        situations.dedup();
        for (at, situation) in situations.into_iter().enumerate() {
            assert!(situation.starts_with(&format!("{:03}_", at + 1)), "{situation} should be number {}", at + 1);
        }
        for Case { name, text, .. } in &cases {
            assert!(text.starts_with("//! "), "{name} does not begin with its situation");
        }
    }
    let orphans = case::orphans();
    assert!(orphans.is_empty(), "messages without a case: {orphans:?}");
}

/// Compiles every case of a kind, on all processors, and shows everything that is wrong.
fn check(kind: Kind, judge: impl Fn(&Case, &compiler::Answer) -> Result<(), String> + Sync) {
    let compiler = Compiler::get();
    let wanted = std::env::var("EVENTS_CASE").unwrap_or_default();
    let cases: Vec<Case> = Case::all(kind).into_iter().filter(|case| case.name.contains(&wanted)).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = judge(case, &compiler.compile(case)) {
                        wrong.lock().unwrap().push((case.path.clone(), why));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    for (path, why) in &wrong {
        println!("---- {path}\n{why}\n");
    }
    assert!(wrong.is_empty(), "{} of {} cases are not answered as they have to be", wrong.len(), cases.len());
}
