//! A misspelt category of a resource type.

use scene::*;

#[resource(events, category = "usr")]
//                            ^^^^^ EVT013
pub struct Car {
    pub id: Href<Car>,
}
