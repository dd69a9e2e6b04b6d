//! The name that was given counts, not the struct's.

use scene::*;

#[resource(events, name = "vehicle")]
pub struct Car {
    pub id: Href<Car>,
}

#[action(event = "car.start")]
//               ^^^^^^^^^^^ EVT050
pub async fn start(id: Href<Car>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
