//! An underscore. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.state_changed")]
//      ^^^^^^^^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
