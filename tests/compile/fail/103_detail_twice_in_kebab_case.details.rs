//! Two names that are one in kebab-case. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved {
    pub new_state: String,
    #[record(rename = "new-state")]
    pub reached: String,
//      ^^^^^^^ EVT020
}
