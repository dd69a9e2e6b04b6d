//! A direct event about a struct without `#[resource]`.

use scene::*;

pub struct Car;

#[derive(EventDetails)]
#[event("car.moved", resource = Car)]
//                              ^^^ EVT046
pub struct Moved {
    pub to: String,
}
