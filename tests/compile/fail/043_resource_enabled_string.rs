//! `enabled` with a string.

use scene::*;

#[resource(events, enabled = "no")]
//                           ^^^^ EVT003
pub struct Car {
    pub id: Href<Car>,
}
