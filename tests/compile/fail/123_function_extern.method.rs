//! A function for another language. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", resource = none)]
    pub extern "C" fn reboot(&self) {}
//                 ^^ EVT031
}
