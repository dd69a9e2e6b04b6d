//! A misspelt resource type. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabx.moved", resource = Nuvlabox)]
//      ^^^^^^^^^^^^^^^ EVT050
pub struct Moved {
    pub to: String,
}
