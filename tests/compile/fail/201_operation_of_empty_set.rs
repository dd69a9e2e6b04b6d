//! A closed set of nothing but add, edit and delete.

use scene::*;

#[resource(events())]
pub struct Car {
    pub id: Href<Car>,
}

#[action(event = "car.drive")]
//               ^^^^^^^^^^^ EVT051
pub async fn drive(id: Href<Car>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
