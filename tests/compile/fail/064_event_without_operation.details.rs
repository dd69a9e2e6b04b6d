//! A direct event without an operation.

use scene::*;

#[derive(EventDetails)]
#[event("moved")]
//      ^^^^^^^ EVT010
pub struct Moved {
    pub to: String,
}
