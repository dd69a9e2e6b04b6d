//! Two methods of one event, of which one is compiled.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

#[resource(events)]
impl Car {
    #[cfg(unix)]
    #[action(event = "car.drive")]
    async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[cfg(not(unix))]
    #[action(event = "car.drive")]
    async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
