//! A version that no number holds. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", version = 99999999999)]
//                                  ^^^^^^^^^^^ EVT025
pub struct Moved {
    pub to: String,
}
