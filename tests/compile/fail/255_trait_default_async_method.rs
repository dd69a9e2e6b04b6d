//! A method with a body in a trait: one event type cannot stand for every implementation; the compiler's own error.

use scene::*;

#[allow(async_fn_in_trait)]
pub trait Start: events::Designates {
    #[action(event = "nuvlabox.start")]
    async fn start(&self) -> Result<(), ApiError> {
//                  ^^^^ Error
        Ok(())
    }
}
