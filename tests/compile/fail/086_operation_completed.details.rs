//! `completed` belongs to closings. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.completed")]
//      ^^^^^^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
