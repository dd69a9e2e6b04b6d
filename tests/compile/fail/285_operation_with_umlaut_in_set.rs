//! An operation that is not ASCII, in a closed set.

use scene::*;

#[resource(events("start", "öffnen"))]
//                         ^^^^^^^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
