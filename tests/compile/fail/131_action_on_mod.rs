//! The attribute on `mod`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub mod car {}
//  ^^^ EVT033
