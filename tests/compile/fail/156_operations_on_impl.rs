//! The operations belong to the struct.

use scene::*;

pub struct Car;

#[resource(events("start"))]
//         ^^^^^^ EVT043
impl Car {}
