//! The implementation of a trait.

use scene::*;

#[resource(events("drive", "park"))]
pub struct Car {
    pub id: Href<Car>,
}

pub trait Drive {
    fn drive(&self) -> impl Future<Output = Result<(), ApiError>>;
}

impl Drive for Car {
    #[action(event = "car.drive")]
    async fn drive(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
