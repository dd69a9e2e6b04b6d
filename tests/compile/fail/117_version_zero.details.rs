//! A version of zero. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", version = 0)]
//                                  ^ EVT025
pub struct Moved {
    pub to: String,
}
