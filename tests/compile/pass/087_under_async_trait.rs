//! Under `#[async_trait]`, and above it.

use scene::*;

#[async_trait::async_trait]
pub trait Start {
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError>;
    async fn stop(&self, id: Path<Href<Nuvlabox>>) -> Result<(), ApiError>;
}

pub struct Under;

#[async_trait::async_trait]
impl Start for Under {
    #[action(event = "nuvlabox.start")]
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }

    async fn stop(&self, _: Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
        Ok(())
    }
}

pub struct Above;

#[resource(events)]
#[async_trait::async_trait]
impl Start for Above {
    async fn start(&self, _: Href<Nuvlabox>) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "nuvlabox.stop")]
    async fn stop(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
