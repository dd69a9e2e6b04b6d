//! Upper case in a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.Moved")]
//      ^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
