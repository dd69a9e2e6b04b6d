//! A reserved operation in a closed set.

use scene::*;

#[resource(events("start", "completed"))]
//                         ^^^^^^^^^^^ EVT012
pub struct Car {
    pub id: Href<Car>,
}
