//! Type, const and lifetime parameters, bounds and `where` clauses, on functions and around methods.

use std::fmt::Display;

use events::{Href, action, resource};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.generic", details(shown: String = shown.to_string()))]
async fn generic<'a, T, F, const N: usize>(id: &'a Href<Machine>, shown: &'a T, pick: F) -> Result<[&'a T; N], Error>
where
    T: Display + Sync + ?Sized,
    F: FnOnce(&'a T) -> &'a T + Send,
{
    tokio::task::yield_now().await;
    if id.id().is_empty() {
        return Err(Error);
    }
    Ok([pick(shown); N])
}

struct Fleet<'a, T>(&'a [T]);

#[resource(events)]
impl<'a, T: Display + Sync> Fleet<'a, T> {
    #[action(event = "machine.first", resource = id)]
    async fn first(&self, id: Href<Machine>) -> Result<&'a T, Error> {
        drop(id);
        self.0.first().ok_or(Error)
    }
}

#[test]
fn parameters_stay_what_they_are() {
    let (out, events) = recorded(async {
        let id = id();
        let all = generic::<_, _, 2>(&id, "shown", |shown| shown).await;
        let first = Fleet(&[1, 2]).first(id.clone()).await.copied();
        (all.map(|[one, _]| one.len()), first)
    });
    assert_eq!(out, (Ok(5), Ok(1)));
    assert_eq!(events, 4);
}
