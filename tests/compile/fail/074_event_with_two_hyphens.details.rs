//! Two hyphens. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.mo--ved")]
//      ^^^^^^^^^^^^^^^^^^ EVT011
pub struct Moved {
    pub to: String,
}
