//! A private method that nobody calls.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

impl Car {
    #[action(event = "car.drvie")]
//                   ^^^^^^^^^^^ EVT051
    async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
