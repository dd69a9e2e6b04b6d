//! A closed set of add, edit and delete; one that lists them.

use scene::*;

#[resource(events())]
pub struct Car {
    pub id: Href<Car>,
}

#[resource(events("add", "drive"))]
pub struct Bus {
    pub id: Href<Bus>,
}

#[action(event = "car.edit")]
pub async fn edit(id: Href<Car>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
