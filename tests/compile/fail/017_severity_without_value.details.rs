//! `severity` without a value. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", severity)]
//                        ^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
