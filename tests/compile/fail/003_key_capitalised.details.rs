//! Keys are lower case. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", Severity = "high")]
//                        ^^^^^^^^ EVT001
pub struct Moved {
    pub to: String,
}
