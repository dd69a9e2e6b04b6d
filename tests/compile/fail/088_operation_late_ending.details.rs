//! `late-ending` belongs to the framework. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.late-ending")]
//      ^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub struct Moved {
    pub to: String,
}
