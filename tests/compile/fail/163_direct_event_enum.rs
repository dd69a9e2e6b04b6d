//! A direct event is a struct.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub enum Moved {
//  ^^^^ EVT055
    Up,
}
