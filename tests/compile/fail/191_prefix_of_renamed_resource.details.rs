//! The name that was given counts, not the struct's. On a direct event.

use scene::*;

#[resource(events, name = "vehicle")]
pub struct Car {
    pub id: Href<Car>,
}

#[derive(EventDetails)]
#[event("car.moved", resource = Car)]
//      ^^^^^^^^^^^ EVT050
pub struct Moved {
    pub to: String,
}
