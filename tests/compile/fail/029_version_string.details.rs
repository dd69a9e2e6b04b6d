//! `version` with a string. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", version = "2")]
//                                  ^^^ EVT003
pub struct Moved {
    pub to: String,
}
