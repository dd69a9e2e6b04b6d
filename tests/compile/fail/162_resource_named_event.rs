//! Events are called `event/…` themselves, whatever the struct is called.

use scene::*;

#[resource(events, name = "event")]
//                        ^^^^^^^ EVT048
pub struct Car {
    pub id: Href<Car>,
}
