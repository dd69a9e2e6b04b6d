//! A category that demands nothing, on an enum.

use scene::*;

#[category("travel")]
pub enum Travel {}

#[resource(events, category = Travel)]
pub struct Car {
    pub id: Href<Car>,
}
