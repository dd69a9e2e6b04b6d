//! `mandatory` with a number. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", mandatory = 1)]
//                                    ^ EVT003
pub struct Moved {
    pub to: String,
}
