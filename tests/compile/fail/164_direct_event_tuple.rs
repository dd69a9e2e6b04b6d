//! The fields of a direct event have names.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved(pub String);
//              ^^^^^^^^^^^^ EVT055
