//! A resource type without a letter.

use scene::*;

#[resource(events, name = "")]
//                        ^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
