//! `category` with a number. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = 3)]
//                                   ^ EVT003
pub struct Moved {
    pub to: String,
}
