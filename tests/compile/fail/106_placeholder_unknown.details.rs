//! A placeholder that names nothing. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{user} moved it")]
//                                  ^^^^^^^^^^^^^^^^^ EVT022
pub struct Moved {
    pub to: String,
}
