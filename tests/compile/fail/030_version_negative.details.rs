//! `version` with a negative number. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", version = -1)]
//                                  ^^ EVT003
pub struct Moved {
    pub to: String,
}
