//! An event type of three parts. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.disk.full")]
//      ^^^^^^^^^^^^^^^^^^^^ EVT010
pub struct Moved {
    pub to: String,
}
