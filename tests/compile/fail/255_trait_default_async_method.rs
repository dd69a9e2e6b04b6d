//! A method with a body in a trait: one event type cannot stand for the resource types of all implementations.

use scene::*;

#[allow(async_fn_in_trait)]
pub trait Start: events::Designates {
    #[action(event = "nuvlabox.start")]
    async fn start(&self) -> Result<(), ApiError> {
//                  ^^^^ EVT052
        Ok(())
    }
}
