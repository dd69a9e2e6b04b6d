//! Methods of a `#[resource]` impl, beside other items.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

#[resource(events)]
impl Car {
    const WHEELS: u8 = 4;

    #[action(event = "car.drive", details(wheels: u8 = Self::WHEELS))]
    async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }

    fn plain(&self) {}
}
