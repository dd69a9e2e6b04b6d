//! A function without a body.

use scene::*;

unsafe extern "C" {
    #[action(event = "nuvlabox.reboot", resource = none)]
    pub fn reboot();
//         ^^^^^^ EVT032
}
