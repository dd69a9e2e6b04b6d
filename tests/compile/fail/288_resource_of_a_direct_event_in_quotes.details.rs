//! The resource type of a direct event is a path, without quotes. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", resource = "nuvlabox")]
//                                   ^^^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
