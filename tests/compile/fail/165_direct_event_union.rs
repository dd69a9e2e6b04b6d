//! A union is no direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub union Moved {
//  ^^^^^ EVT055
    pub a: u8,
}
