//! The same in a `#[resource]` impl.

use scene::*;

#[resource(events)]
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
