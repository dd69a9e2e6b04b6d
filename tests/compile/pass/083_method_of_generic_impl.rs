//! Methods of a generic impl, with a concrete resource type.

use scene::*;

pub struct Fleet<T> {
    pub load: T,
    pub first: Href<Deployment>,
}

#[resource(events)]
impl<T: Send + Sync> Fleet<T> {
    #[action(event = "deployment.start")]
    pub async fn start(&self, id: Href<Deployment>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }

    #[action(event = "deployment.stop", resource = self.first)]
    pub async fn stop(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
