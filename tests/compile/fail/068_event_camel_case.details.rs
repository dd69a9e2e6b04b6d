//! A capital inside. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.stateChanged")]
//      ^^^^^^^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
