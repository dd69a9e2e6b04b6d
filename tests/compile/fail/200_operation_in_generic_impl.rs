//! A method of a generic impl, with a concrete resource type.

use scene::*;

pub struct Fleet<T>(pub T);

impl<T: Send + Sync> Fleet<T> {
    #[action(event = "deployment.strat")]
//                   ^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start(&self, id: Href<Deployment>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
