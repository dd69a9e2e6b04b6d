//! An operation is listed twice.

use scene::*;

#[resource(events("start", "stop", "start"))]
//                                 ^^^^^^^ EVT044
pub struct Car {
    pub id: Href<Car>,
}
