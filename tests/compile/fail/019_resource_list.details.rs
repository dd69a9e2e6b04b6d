//! `resource` with a list. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", resource(Nuvlabox))]
//                        ^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
