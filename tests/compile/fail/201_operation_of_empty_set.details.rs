//! A closed set of nothing but add, edit and delete. On a direct event.

use scene::*;

#[resource(events())]
pub struct Car {
    pub id: Href<Car>,
}

#[derive(EventDetails)]
#[event("car.driven", resource = Car)]
//      ^^^^^^^^^^^^ EVT051
pub struct Moved {
    pub to: String,
}
