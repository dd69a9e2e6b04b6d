//! `name` of a resource type with a number.

use scene::*;

#[resource(events, name = 7)]
//                        ^ EVT003
pub struct Car {
    pub id: Href<Car>,
}
