//! The attribute on `static`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub static CAR: u8 = 1;
//  ^^^^^^ EVT033
