//! A brace of a direct event that is never closed.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{resource")]
//                                  ^^^^^^^^^^^ EVT023
pub struct Moved {
    pub from: String,
}
