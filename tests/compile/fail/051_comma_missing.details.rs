//! A comma is missing. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved" severity = "low")]
//                       ^^^^^^^^ EVT005
pub struct Moved {
    pub to: String,
}
