//! `bulk` alone. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.bulk")]
//      ^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
