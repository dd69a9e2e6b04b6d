//! `krate` with a string. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", krate = "events")]
//                                ^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
