//! The attribute on `enum`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub enum Car {}
//  ^^^^ EVT033
