//! A const function.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = none)]
pub const fn reboot() -> Result<(), ApiError> {
//  ^^^^^ EVT031
    Ok(())
}
