//! A misspelt key of a resource type.

use scene::*;

#[resource(events, severty = "low")]
//                 ^^^^^^^ EVT001
pub struct Car {
    pub id: Href<Car>,
}
