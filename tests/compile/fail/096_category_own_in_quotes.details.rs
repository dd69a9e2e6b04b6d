//! An own category in quotes. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = "billing")]
//                                   ^^^^^^^^^ EVT013
pub struct Moved {
    pub to: String,
}
