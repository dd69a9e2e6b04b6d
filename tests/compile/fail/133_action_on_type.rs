//! The attribute on `type`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub type Car = u8;
//  ^^^^ EVT033
