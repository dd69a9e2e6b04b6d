//! A severity of a resource type that is none.

use scene::*;

#[resource(events, severity = "LOW")]
//                            ^^^^^ EVT014
pub struct Car {
    pub id: Href<Car>,
}
