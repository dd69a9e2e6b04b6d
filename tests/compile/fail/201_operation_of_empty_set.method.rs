//! A closed set of nothing but add, edit and delete. On a method.

use scene::*;

#[resource(events())]
pub struct Car {
    pub id: Href<Car>,
}

pub struct Fleet;

impl Fleet {
    #[action(event = "car.drive")]
//                   ^^^^^^^^^^^ EVT051
    pub async fn drive(&self, id: Href<Car>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
