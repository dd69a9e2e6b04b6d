//! A misspelt key of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", mesage = "moved")]
//                        ^^^^^^ EVT001
pub struct Moved {
    pub to: String,
}
