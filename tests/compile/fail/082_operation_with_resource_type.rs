//! An operation of a closed set stands alone.

use scene::*;

#[resource(events("car.start"))]
//                ^^^^^^^^^^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
