//! A hyphen last. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved-")]
//      ^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
