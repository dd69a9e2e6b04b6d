//! `severity` without quotes. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", severity = high)]
//                                   ^^^^ EVT003
pub struct Moved {
    pub to: String,
}
