//! The attribute on `struct`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub struct Car;
//  ^^^^^^ EVT033
