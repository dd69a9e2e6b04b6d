//! Two event types of one direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
#[event("nuvlabox.gone")]
//^^^^^ EVT002
pub struct Moved {
    pub to: String,
}
