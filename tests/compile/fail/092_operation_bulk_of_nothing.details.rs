//! A bulk form of nothing. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.bulk-")]
//      ^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
