//! The attribute on `union`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub union Car {
//  ^^^^^ EVT033
    a: u8,
}
