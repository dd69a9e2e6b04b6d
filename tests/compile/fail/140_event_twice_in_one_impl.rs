//! Two methods of one impl emit one event.

use scene::*;

#[resource(events)]
impl Car {
    #[action(event = "car.start")]
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "car.start")]
//                   ^^^^^^^^^^^ EVT035
    pub async fn start_again(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
