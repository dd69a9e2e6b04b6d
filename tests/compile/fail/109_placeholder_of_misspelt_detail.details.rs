//! A message that names no field of the direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{details.form}")]
//                                  ^^^^^^^^^^^^^^^^ EVT022
pub struct Moved {
    pub from: String,
}
