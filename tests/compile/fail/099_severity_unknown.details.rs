//! A severity that is none. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", severity = "warning")]
//                                   ^^^^^^^^^ EVT014
pub struct Moved {
    pub to: String,
}
