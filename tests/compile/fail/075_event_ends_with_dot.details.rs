//! An event type that ends with its dot. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.")]
//      ^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
