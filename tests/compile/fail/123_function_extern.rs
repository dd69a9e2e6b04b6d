//! A function for another language.

use scene::*;

#[action(event = "nuvlabox.reboot", resource = none)]
pub extern "C" fn reboot() {}
//             ^^ EVT031
