//! The attribute on `use`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub use std::fmt;
//  ^^^ EVT033
