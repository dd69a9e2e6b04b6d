//! The name belongs to the struct.

use scene::*;

pub struct Car;

#[resource(events, name = "car")]
//                 ^^^^ EVT043
impl Car {}
