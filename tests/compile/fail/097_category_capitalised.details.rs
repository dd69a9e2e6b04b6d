//! Categories are lower case. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = "State")]
//                                   ^^^^^^^ EVT013
pub struct Moved {
    pub to: String,
}
