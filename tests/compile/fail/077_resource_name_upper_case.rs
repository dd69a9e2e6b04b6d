//! A resource type is kebab-case.

use scene::*;

#[resource(events, name = "NuvlaBox")]
//                        ^^^^^^^^^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
