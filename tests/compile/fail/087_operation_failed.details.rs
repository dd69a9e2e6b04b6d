//! `failed` belongs to closings. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.failed")]
//      ^^^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
