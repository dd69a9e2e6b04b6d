//! A resource type that is a tuple.

use scene::*;

#[resource(events, id = 0)]
pub struct Car(pub Href<Car>, pub u8);

impl Car {
    #[action(event = "car.drive")]
    pub async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
