//! The bulk form of a bulk form, in a closed set.

use scene::*;

#[resource(events("start", "bulk-bulk-start"))]
//                         ^^^^^^^^^^^^^^^^^ EVT012
pub struct Car {
    pub id: Href<Car>,
}
