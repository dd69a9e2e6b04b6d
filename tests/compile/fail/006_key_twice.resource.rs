//! A key of a resource type is given twice.

use scene::*;

#[resource(events, name = "car", name = "auto")]
//                               ^^^^ EVT002
pub struct Car {
    pub id: Href<Car>,
}
