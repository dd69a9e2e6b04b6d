//! A method that is not async.

use scene::*;

impl Car {
    #[action(event = "car.start")]
    pub fn start(&self) -> Result<(), ApiError> {
//      ^^ EVT031
        Ok(())
    }
}

#[resource(events)]
pub struct Car {
    pub id: Href<Car>,
}
