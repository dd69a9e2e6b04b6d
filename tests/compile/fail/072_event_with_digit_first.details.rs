//! A digit first. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.2nd")]
//      ^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
