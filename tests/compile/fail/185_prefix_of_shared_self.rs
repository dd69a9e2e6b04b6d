//! The receiver is a pointer to the resource.

use scene::*;

impl Car {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(self: std::sync::Arc<Self>) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
