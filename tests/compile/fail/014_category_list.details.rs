//! `category` with a list. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category("action"))]
//                        ^^^^^^^^ EVT003
pub struct Moved {
    pub to: String,
}
