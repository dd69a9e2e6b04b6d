//! Arguments are patterns, and may be `mut`.

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

struct Wrapped<T>(T);
struct Options {
    force: bool,
    delay: u8,
}

#[action(event = "machine.patterns", details(force: bool, delay: u8 = wait))]
async fn patterns(
    Wrapped((_, id)): Wrapped<(u8, Href<Machine>)>,
    Options { force, delay: wait }: Options,
    mut items: Vec<u8>,
    [first, .., last]: [u8; 3],
    &copied: &u8,
    whole @ (left, _): (u8, u8),
    _: u8,
) -> Result<u8, Error> {
    drop(id);
    items.push(wait);
    let sum: u8 = items.iter().sum();
    Ok(u8::from(force) + sum + first + last + copied + left + whole.1)
}

impl Machine {
    #[action(event = "machine.consumed")]
    async fn consumed(mut self) -> Result<Self, Error> {
        self.id = id();
        Ok(self)
    }
}

#[test]
fn every_pattern_binds_what_it_bound() {
    let (out, events) = recorded(async {
        let options = Options { force: true, delay: 1 };
        let sum = patterns(Wrapped((0, id())), options, vec![1], [1, 9, 1], &1, (1, 1), 0).await;
        (sum, Machine::new().consumed().await.is_ok())
    });
    assert_eq!(out, (Ok(8), true));
    assert_eq!(events, 4);
}
