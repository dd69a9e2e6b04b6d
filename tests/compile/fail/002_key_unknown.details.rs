//! A key that is like none: all are listed. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", colour = "red")]
//                        ^^^^^^ EVT001
pub struct Moved {
    pub to: String,
}
