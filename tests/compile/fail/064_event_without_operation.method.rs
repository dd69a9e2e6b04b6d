//! An event type without an operation, on a method.

use scene::*;

impl Car {
    #[action(event = "car")]
//                   ^^^^^ EVT010
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
