//! A generic method.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

impl Car {
    #[action(event = "car.drvie")]
//                   ^^^^^^^^^^^ EVT051
    pub async fn drive<T: Send>(&self, to: T) -> Result<(), ApiError> {
        drop(to);
        Ok(())
    }
}
