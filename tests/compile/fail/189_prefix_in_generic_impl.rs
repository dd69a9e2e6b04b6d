//! In a generic impl, with a concrete resource type.

use scene::*;

pub struct Fleet<T>(pub T);

#[resource(events)]
impl<T: Send + Sync> Fleet<T> {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
