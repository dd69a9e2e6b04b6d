//! A struct without `#[category]`, as the default of a resource type.

use scene::*;

pub struct Travel;

#[resource(events, category = Travel)]
//                            ^^^^^^ EVT047
pub struct Car {
    pub id: Href<Car>,
}
