//! A const function. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", resource = none)]
    pub const fn reboot(&self) -> Result<(), ApiError> {
//      ^^^^^ EVT031
        Ok(())
    }
}
