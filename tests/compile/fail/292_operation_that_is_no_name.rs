//! What is more than a name is not taken for one without quotes.

use scene::*;

#[resource(events(power::off))]
//                ^^^^^ EVT005
pub struct Car {
    pub id: Href<Car>,
}
