//! A direct event of category `state` without the state that was reached.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = "state")]
//                                   ^^^^^^^ EVT021
pub struct Moved {
    pub to: String,
}
