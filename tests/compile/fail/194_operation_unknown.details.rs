//! An operation that is like none of a closed set. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("deployment.reboot", resource = Deployment)]
//      ^^^^^^^^^^^^^^^^^^^ EVT051
pub struct Moved {
    pub to: String,
}
