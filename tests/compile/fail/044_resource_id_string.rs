//! `id` with a string.

use scene::*;

#[resource(events, id = "id")]
//                      ^^^^ EVT003
pub struct Car {
    pub id: Href<Car>,
}
