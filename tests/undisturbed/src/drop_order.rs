//! Everything is dropped when, and in the order in which, the plain function drops it: that of the edition.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use events::action;

use crate::fixture::{Error, recorded, types_of};

#[derive(Clone, Debug, Default)]
struct Drops(Arc<Mutex<Vec<&'static str>>>);

#[derive(Debug)]
struct Guard(Drops, &'static str);

impl Guard {
    const fn length(&self) -> usize {
        self.1.len()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).push(self.1);
    }
}

/// One function twice: as it is, and annotated.
macro_rules! twice {
    ($plain:ident, $recorded:ident, $event:literal, ($($arguments:tt)*) $body:tt) => {
        async fn $plain($($arguments)*) -> Result<usize, Error> $body

        #[action(event = $event, resource = none)]
        async fn $recorded($($arguments)*) -> Result<usize, Error> $body
    };
}

twice!(plain, annotated, "machine.drops", (a: Guard, (b, _c): (Guard, Guard), _d: Guard) {
    let local = Guard(a.0.clone(), "local");
    drop(b);
    tokio::task::yield_now().await;
    if local.length() == 0 {
        return Err(Error);
    }
    Ok(local.length() + Guard(a.0.clone(), "temporary").length())
});

twice!(early, annotated_early, "machine.drops-early", (a: Guard, _b: Guard) {
    let local = Guard(a.0.clone(), "local");
    let number: usize = "no number".parse()?;
    Ok(number + local.length())
});

twice!(unnamed, annotated_unnamed, "machine.drops-unnamed", (a: Guard, _: Guard, b: Guard, _: Guard) {
    let local = Guard(a.0.clone(), "local");
    tokio::task::yield_now().await;
    Ok(local.length() + b.length())
});

#[action(event = "machine.holds-inner", resource = none)]
async fn inner() -> Result<(), Error> {
    std::future::pending().await
}

#[action(event = "machine.holds", resource = none)]
async fn outer() -> Result<(), Error> {
    inner().await
}

fn drops<F: Future<Output = Result<usize, Error>>>(
    call: impl FnOnce(&dyn Fn(&'static str) -> Guard) -> F,
) -> Vec<&'static str> {
    let drops = Drops::default();
    let (out, _) = recorded(call(&|name| Guard(drops.clone(), name)));
    drop(out);
    let mut dropped = drops.0.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *dropped)
}

#[test]
fn drop_order_is_that_of_the_plain_function() {
    let plainly = drops(|guard| plain(guard("a"), (guard("b"), guard("c")), guard("d")));
    assert_eq!(drops(|guard| annotated(guard("a"), (guard("b"), guard("c")), guard("d"))), plainly);
}

#[test]
fn drop_order_of_an_early_return_is_that_of_the_plain_function() {
    let plainly = drops(|guard| early(guard("a"), guard("b")));
    assert_eq!(drops(|guard| annotated_early(guard("a"), guard("b"))), plainly);
}

#[test]
fn arguments_without_a_name_are_dropped_in_their_order() {
    let plainly = drops(|guard| unnamed(guard("a"), guard("unnamed"), guard("b"), guard("last")));
    assert_eq!(drops(|guard| annotated_unnamed(guard("a"), guard("unnamed"), guard("b"), guard("last"))), plainly);
}

#[test]
fn what_is_nested_is_closed_first_when_both_are_cancelled() {
    let types = types_of(async |store| {
        let mut call = std::pin::pin!(outer());
        // Polled until both have begun, and dropped.
        while store.len() < 2 {
            let begin = std::future::poll_fn(|task| {
                let _ = call.as_mut().poll(task);
                Poll::Ready(())
            });
            begin.await;
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(types, ["machine.holds", "machine.holds-inner", "machine.holds-inner.failed", "machine.holds.failed"]);
}
