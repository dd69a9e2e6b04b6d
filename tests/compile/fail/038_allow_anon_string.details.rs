//! `allow_anon` with a string. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", allow_anon = "yes")]
//                                     ^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
