//! `events` takes a list.

use scene::*;

#[resource(events = "start")]
//                  ^^^^^^^ EVT003
pub struct Car {
    pub id: Href<Car>,
}
