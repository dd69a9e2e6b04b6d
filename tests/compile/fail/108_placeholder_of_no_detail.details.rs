//! A placeholder of a detail that is none of its fields. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{details.size}")]
//                                  ^^^^^^^^^^^^^^^^ EVT022
pub struct Moved {
    pub to: String,
}
