//! A brace that closes nothing. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "caller}")]
//                                  ^^^^^^^^^ EVT023
pub struct Moved {
    pub to: String,
}
