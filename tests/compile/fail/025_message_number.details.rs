//! A key of a direct event with a number.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = 7)]
//                                  ^ EVT003
pub struct Moved {
    pub to: String,
}
