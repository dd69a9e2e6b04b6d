//! A resource type with every key.

use scene::*;

#[resource(events("drive"), name = "vehicle", category = "user", severity = "low", enabled = false, id = href, krate = ::events)]
pub struct Car {
    pub href: Href<Car>,
}

#[action(event = "vehicle.drive")]
pub async fn drive(id: &Car) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}
