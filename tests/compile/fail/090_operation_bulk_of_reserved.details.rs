//! A bulk form of what is reserved. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.bulk-failed")]
//      ^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
