//! `#[action]` on a method of an `#[async_trait]`, and `#[resource]` above the whole.

use async_trait::async_trait;
use events::{action, resource};

use crate::fixture::{Error, Machine};

#[async_trait]
trait Control {
    async fn start(&self, force: bool) -> Result<u8, Error>;
    async fn stop(&mut self, both: (u8, u8)) -> Result<u8, Error>;
}

#[async_trait]
impl Control for Machine {
    #[action(event = "machine.trait-start", details(force: bool))]
    async fn start(&self, force: bool) -> Result<u8, Error> {
        tokio::task::yield_now().await;
        Ok(u8::from(force))
    }

    #[action(event = "machine.trait-stop")]
    async fn stop(&mut self, both: (u8, u8)) -> Result<u8, Error> {
        Ok(both.0)
    }
}

struct Wrapper(Machine);

impl events::Designates for Wrapper {
    type Resource = Machine;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(<Machine as events::Resource>::DECLARATION);

    fn href(&self) -> std::borrow::Cow<'_, str> {
        self.0.id.as_str().into()
    }
}

#[resource(events)]
#[async_trait]
impl Control for Wrapper {
    #[action(event = "machine.outer-start", details(force: bool))]
    async fn start(&self, force: bool) -> Result<u8, Error> {
        self.0.start(force).await
    }

    #[action(event = "machine.outer-stop")]
    async fn stop(&mut self, (first, second): (u8, u8)) -> Result<u8, Error> {
        self.0.stop((first, second)).await
    }
}

#[test]
fn both_orders_record() {
    let (out, events) = crate::fixture::recorded(async {
        let mut wrapper = Wrapper(Machine::new());
        (wrapper.start(true).await, wrapper.stop((7, 8)).await)
    });
    assert_eq!(out, (Ok(1), Ok(7)));
    assert_eq!(events, 8);
}
