//! Methods of a closed set, with every kind of receiver.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

impl Car {
    #[action(event = "car.drive")]
    pub async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "car.park")]
    pub async fn park(&mut self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "car.edit")]
    pub async fn edit(self: std::sync::Arc<Self>) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "car.delete")]
    pub async fn delete(self) -> Result<(), ApiError> {
        Ok(())
    }
}
