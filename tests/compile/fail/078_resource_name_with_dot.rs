//! A dot would be read as the one before the operation.

use scene::*;

#[resource(events, name = "fleet.car")]
//                        ^^^^^^^^^^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
