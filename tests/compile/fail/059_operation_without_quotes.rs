//! An operation of a closed set is a string.

use scene::*;

#[resource(events(bulk_stop))]
//                ^^^^^^^^^ EVT005
pub struct Car {
    pub id: Href<Car>,
}
