//! A slash instead of the dot. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox/moved")]
//      ^^^^^^^^^^^^^^^^ EVT010
pub struct Moved {
    pub to: String,
}
