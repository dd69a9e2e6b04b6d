//! An operation of a closed set is a string.

use scene::*;

#[resource(events(start))]
//                ^^^^^ EVT005
pub struct Car {
    pub id: Href<Car>,
}
