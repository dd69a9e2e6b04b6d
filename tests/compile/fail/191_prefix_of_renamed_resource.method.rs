//! The name that was given counts, not the struct's. On a method.

use scene::*;

#[resource(events, name = "vehicle")]
pub struct Car {
    pub id: Href<Car>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "car.start")]
//                   ^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: Href<Car>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
