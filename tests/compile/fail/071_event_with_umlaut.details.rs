//! A letter beyond a-z. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.prüfen")]
//      ^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
