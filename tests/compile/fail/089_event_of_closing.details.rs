//! The type of a closing event, for a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.reboot.failed")]
//      ^^^^^^^^^^^^^^^^^^^^^^^^ EVT012
pub struct Rebooted {
    pub after: u64,
}
