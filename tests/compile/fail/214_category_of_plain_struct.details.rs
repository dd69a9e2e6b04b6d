//! A category that is none. Of a direct event.

use scene::*;

pub struct Travel;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = Travel)]
//                                   ^^^^^^ EVT047
pub struct Moved {
    pub to: String,
}
