//! The attribute on `const`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub const CAR: u8 = 1;
//  ^^^^^ EVT033
