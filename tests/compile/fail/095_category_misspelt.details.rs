//! A misspelt category of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = "sytem")]
//                                   ^^^^^^^ EVT013
pub struct Moved {
    pub to: String,
}
