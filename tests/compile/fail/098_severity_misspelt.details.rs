//! A severity of a direct event that is none.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", severity = "hgh")]
//                                   ^^^^^ EVT014
pub struct Moved {
    pub to: String,
}
