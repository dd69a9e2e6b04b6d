//! A blank inside. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.state changed")]
//      ^^^^^^^^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
