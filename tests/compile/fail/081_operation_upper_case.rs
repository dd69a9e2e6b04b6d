//! An operation of a closed set is kebab-case.

use scene::*;

#[resource(events("Start"))]
//                ^^^^^^^ EVT011
pub struct Car {
    pub id: Href<Car>,
}
