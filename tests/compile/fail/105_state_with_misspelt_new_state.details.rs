//! Category `state` with a misspelt detail. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = "state")]
//                                   ^^^^^^^ EVT021
pub struct Moved {
    pub new_stat: String,
}
