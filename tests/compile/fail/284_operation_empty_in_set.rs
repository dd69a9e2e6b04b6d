//! An operation without a letter, in a closed set.

use scene::*;

#[resource(events("start", ""))]
//                         ^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
