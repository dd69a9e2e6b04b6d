//! A key twice. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", severity = "low", severity = "high")]
//                                          ^^^^^^^^ EVT002
pub struct Moved {
    pub to: String,
}
