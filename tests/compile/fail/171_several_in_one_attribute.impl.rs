//! The mistakes of several methods are reported together.

use scene::*;

#[resource(events)]
impl Car {
    #[action(event = "car.Start")]
//                   ^^^^^^^^^^^ EVT011
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "car.stop", sevrity = "low")]
//                               ^^^^^^^ EVT001
    pub async fn stop(&self) -> Result<(), ApiError> {
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
