//! A method with a body in a trait, which names its resource.

use scene::*;

#[allow(async_fn_in_trait)]
pub trait Start {
    #[action(event = "nuvlabox.start")]
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
