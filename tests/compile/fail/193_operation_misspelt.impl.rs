//! A method of a `#[resource]` impl.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

#[resource(events)]
impl Car {
    #[action(event = "car.drvie")]
//                   ^^^^^^^^^^^ EVT051
    pub async fn drive(&mut self) -> Result<(), ApiError> {
        Ok(())
    }
}
