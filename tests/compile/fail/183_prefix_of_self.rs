//! A method is about its receiver.

use scene::*;

impl Car {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
