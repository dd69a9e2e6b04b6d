//! A struct without `#[resource]`. On a method.

use scene::*;

pub struct Car;

pub struct Fleet;

impl Fleet {
    #[action(event = "car.start")]
    pub async fn start(&self, id: Href<Car>) -> Result<(), ApiError> {
//                            ^^ EVT046
        let _ = id;
        Ok(())
    }
}
